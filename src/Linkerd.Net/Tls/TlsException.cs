namespace Linkerd.Net;

/// <summary>TLS material cannot be used. Faults of live connections are values (<see cref="TlsFailure"/>).</summary>
public sealed class TlsException : Exception
{
    public TlsException()
    {
    }

    public TlsException(string message)
        : base(message)
    {
    }

    public TlsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
