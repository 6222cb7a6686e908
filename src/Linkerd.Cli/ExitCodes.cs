namespace Linkerd.Cli;

/// <summary>What the process answers.</summary>
public static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>Not done, or a check failed; the reason is on stderr.</summary>
    public const int Failure = 1;

    /// <summary>Interrupted by the user.</summary>
    public const int Interrupted = 130;
}
