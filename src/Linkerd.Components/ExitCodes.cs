namespace Linkerd.Components;

/// <summary>What the process ends with.</summary>
internal static class ExitCodes
{
    /// <summary>Ended as asked.</summary>
    public const int Ok = 0;

    /// <summary>Failed.</summary>
    public const int Failed = 1;

    /// <summary>The arguments cannot be used (EX_USAGE).</summary>
    public const int Usage = 64;
}
