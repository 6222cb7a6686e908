namespace Linkerd.Checks;

/// <summary>A check does not hold; the message says what is wrong.</summary>
public sealed class CheckException : Exception
{
    public CheckException()
    {
    }

    public CheckException(string message)
        : base(message)
    {
    }

    public CheckException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
