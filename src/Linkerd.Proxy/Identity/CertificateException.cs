namespace Linkerd.Proxy.Identity;

/// <summary>The certificate that was issued must not be used.</summary>
public sealed class CertificateException : Exception
{
    public CertificateException()
    {
    }

    public CertificateException(string message)
        : base(message)
    {
    }

    public CertificateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
