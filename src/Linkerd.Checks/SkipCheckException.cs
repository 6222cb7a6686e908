namespace Linkerd.Checks;

/// <summary>A check does not apply here: it is not shown.</summary>
internal sealed class SkipCheckException : Exception
{
    public SkipCheckException()
    {
    }

    public SkipCheckException(string message)
        : base(message)
    {
    }

    public SkipCheckException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
