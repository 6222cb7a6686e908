namespace Linkerd.Proxy.Dns;

/// <summary>A name could not be resolved.</summary>
public sealed class DnsException : IOException
{
    public DnsException()
    {
    }

    public DnsException(string message)
        : base(message)
    {
    }

    public DnsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
