using System.Formats.Asn1;

namespace Linkerd.Proxy.Identity;

/// <summary>Certificates that lie one after the other in DER, as the SPIFFE Workload API sends them.</summary>
internal static class DerSequence
{
    /// <summary>Certificates in one chain or bundle, at most.</summary>
    public const int MaxCertificates = 64;

    /// <summary>Cuts them apart. Throws <see cref="CertificateException"/> when the bytes are no DER, or too many.</summary>
    public static List<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> der)
    {
        var parts = new List<ReadOnlyMemory<byte>>();
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            while (reader.HasData)
            {
                if (parts.Count == MaxCertificates) throw new CertificateException($"more than {MaxCertificates} certificates");
                parts.Add(reader.ReadEncodedValue());
            }

            return parts;
        }
        catch (AsnContentException exception)
        {
            throw new CertificateException("the certificates are malformed", exception);
        }
    }
}
