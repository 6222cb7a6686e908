namespace Linkerd.Inject;

/// <summary>Injection is impossible with the given values or document; the message names what and why.</summary>
public sealed class InjectException : Exception
{
    /// <summary>With a message for the user.</summary>
    public InjectException(string message)
        : base(message)
    {
    }

    /// <summary>With a message for the user and its cause.</summary>
    public InjectException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
