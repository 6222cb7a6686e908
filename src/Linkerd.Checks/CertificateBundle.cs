using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Linkerd.Checks;

/// <summary>The certificates of a PEM text, at least one.</summary>
internal sealed class CertificateBundle : IDisposable
{
    public CertificateBundle(string pem)
    {
        try
        {
            All.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new CheckException($"the certificates are no PEM: {e.Message}", e);
        }

        if (All.Count == 0)
            throw new CheckException("there is no certificate in the bundle");
    }

    public X509Certificate2Collection All { get; } = [];

    public void Dispose()
    {
        foreach (var certificate in All)
            certificate.Dispose();
    }
}
