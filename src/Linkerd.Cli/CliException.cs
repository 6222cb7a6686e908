namespace Linkerd.Cli;

/// <summary>A command cannot go on; the message is for the user: what is wrong, and what to do.</summary>
public sealed class CliException : Exception
{
    public CliException()
    {
    }

    public CliException(string message)
        : base(message)
    {
    }

    public CliException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
