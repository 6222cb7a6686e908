namespace Linkerd.Controller.Identity.Core;

/// <summary>The issuer's certificates cannot be used; the message says which and why.</summary>
internal sealed class IssuerException : Exception
{
    public IssuerException(string message)
        : base(message)
    {
    }

    public IssuerException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
