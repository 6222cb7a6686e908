using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Linkerd.Controller.Identity.Core;

/// <summary>The certificates that every proxy trusts; immutable.</summary>
internal sealed class TrustAnchors
{
    private TrustAnchors(X509Certificate2Collection certificates)
    {
        Certificates = certificates;
        Pem = string.Concat(certificates.Select(static c => c.ExportCertificatePem() + "\n"));
        Version = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Pem)));
    }

    public X509Certificate2Collection Certificates { get; }

    /// <summary>All of them, in a normal form.</summary>
    public string Pem { get; }

    /// <summary>Changes exactly when the set does.</summary>
    public string Version { get; }

    /// <summary>Parses a PEM bundle; order and duplicates do not count.</summary>
    /// <exception cref="IssuerException">It has no certificate, or a malformed one.</exception>
    public static TrustAnchors Parse(string pem)
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new IssuerException($"trust anchors: {e.Message}", e);
        }

        var distinct = all.DistinctBy(static c => c.Thumbprint).OrderBy(static c => c.Thumbprint, StringComparer.Ordinal).ToArray();
        return distinct.Length > 0 ? new TrustAnchors([.. distinct]) : throw new IssuerException("trust anchors: there is no certificate in the bundle");
    }
}
