using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Linkerd.Checks;

/// <summary>What every certificate of the mesh has to keep.</summary>
internal static class CertificateRules
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(60);

    public static X509Certificate2 Parse(string pem)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new CheckException($"the certificate is no PEM: {e.Message}", e);
        }
    }

    /// <summary>That of a webhook or an API: valid, for its Service's name, and signed by what the API server is told to trust.</summary>
    public static void CheckServer(X509Certificate2 certificate, CertificateBundle roots, string host, DateTimeOffset now)
    {
        if (!certificate.MatchesHostname(host))
            throw new CheckException($"certificate is not valid for the name {host}");
        CheckValidity(certificate, now);
        Verify(certificate, roots, now);
    }

    public static void CheckValidity(X509Certificate2 certificate, DateTimeOffset now)
    {
        if (now < certificate.NotBefore)
            throw new CheckException($"certificate {certificate.Subject} is not valid before: {certificate.NotBefore.ToUniversalTime():yyyy-MM-ddTHH:mm:ssZ}");
        if (now > certificate.NotAfter)
            throw new CheckException($"certificate {certificate.Subject} not valid anymore. Expired on {certificate.NotAfter.ToUniversalTime():yyyy-MM-ddTHH:mm:ssZ}");
    }

    public static void CheckExpiry(X509Certificate2 certificate, DateTimeOffset now)
    {
        if (certificate.NotAfter < now + Soon)
            throw new CheckException($"certificate {certificate.Subject} will expire on {certificate.NotAfter.ToUniversalTime():yyyy-MM-ddTHH:mm:ssZ}");
    }

    public static void Verify(X509Certificate2 certificate, CertificateBundle roots, DateTimeOffset now)
    {
        if (CertificateChain.FaultOf(certificate, roots.All, [], now) is { } fault)
            throw new CheckException($"certificate {certificate.Subject} does not verify: {fault}");
    }
}
