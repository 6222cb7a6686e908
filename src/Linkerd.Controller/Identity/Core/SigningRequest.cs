using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Linkerd.Controller.Identity.Core;

/// <summary>A certificate signing request (PKCS #10, DER) whose signature is right.</summary>
internal sealed class SigningRequest
{
    /// <summary>Larger ones are not looked at, in bytes.</summary>
    private const int MaxLength = 16 * 1024;

    private const string AlternativeNames = "2.5.29.17";
    private const string EcPublicKey = "1.2.840.10045.2.1";
    private const string CommonNameOid = "2.5.4.3";

    private readonly List<(int Tag, string Text)> _names = [];

    private SigningRequest(X500DistinguishedName subject, PublicKey publicKey)
    {
        Subject = subject;
        PublicKey = publicKey;
    }

    public X500DistinguishedName Subject { get; }

    public PublicKey PublicKey { get; }

    /// <summary>The one DNS name, once <see cref="Check"/> has passed.</summary>
    public string DnsName => _names.First(static n => n.Tag == 2).Text;

    /// <summary>Parses a request and verifies its own signature.</summary>
    /// <exception cref="CryptographicException">It is not a request, or was changed.</exception>
    public static SigningRequest Parse(ReadOnlySpan<byte> der)
    {
        if (der.Length > MaxLength)
            throw new CryptographicException($"the request is longer than {MaxLength} bytes");
        var request = CertificateRequest.LoadSigningRequest(der, HashAlgorithmName.SHA256, out var consumed, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        if (consumed != der.Length)
            throw new CryptographicException("there are bytes after the request");
        var parsed = new SigningRequest(request.SubjectName, request.PublicKey);
        foreach (var extension in request.CertificateExtensions.Where(static e => e.Oid?.Value == AlternativeNames))
            parsed.ReadNames(extension.RawData);
        return parsed;
    }

    /// <summary>Checks that the request is for an identity and nothing else.</summary>
    /// <exception cref="SigningRequestException">It is not.</exception>
    public void Check(string identity)
    {
        var dns = _names.FindAll(static n => n.Tag == 2);
        if (dns.Count != 1)
            throw new SigningRequestException("CSR must have exactly one DNSName");
        if (dns[0].Text != identity)
            throw new SigningRequestException($"CSR name does not match requested identity: csr={dns[0].Text}; req={identity}");
        if (CommonNames().FirstOrDefault(name => name.Length > 0 && name != identity) is { } common)
            throw new SigningRequestException($"invalid CommonName: {common}");
        Refuse(1, "cannot validate email addresses");
        Refuse(7, "cannot validate IP addresses");
        Refuse(6, "cannot validate URIs");
        if (PublicKey.Oid.Value != EcPublicKey)
            throw new SigningRequestException("CSR must contain an ECDSA public key");
    }

    private void Refuse(int tag, string message)
    {
        if (_names.Exists(n => n.Tag == tag))
            throw new SigningRequestException(message);
    }

    /// <summary>Every common name of the subject (RFC 5280, section 4.1.2.4), also of relative names that have several parts.</summary>
    private List<string> CommonNames()
    {
        var names = new List<string>();
        try
        {
            var parts = new AsnReader(Subject.RawData, AsnEncodingRules.DER).ReadSequence();
            while (parts.HasData)
            {
                var set = parts.ReadSetOf(skipSortOrderValidation: true);
                while (set.HasData)
                {
                    var part = set.ReadSequence();
                    if (part.ReadObjectIdentifier() == CommonNameOid)
                        names.Add(part.ReadCharacterString((UniversalTagNumber)part.PeekTag().TagValue));
                }
            }
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException or InvalidOperationException)
        {
            throw new SigningRequestException($"the subject cannot be read: {e.Message}");
        }

        return names;
    }

    /// <summary>GeneralNames by their tags (RFC 5280, section 4.2.1.6): 1 e-mail, 2 DNS, 6 URI, 7 IP.</summary>
    private void ReadNames(byte[] extension)
    {
        try
        {
            var names = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                var tag = names.PeekTag();
                var text = tag.TagValue is 1 or 2 or 6
                    ? names.ReadCharacterString(UniversalTagNumber.IA5String, new Asn1Tag(TagClass.ContextSpecific, tag.TagValue))
                    : Convert.ToHexString(names.ReadEncodedValue().Span);
                _names.Add((tag.TagValue, text));
            }
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("the subject alternative names are malformed", e);
        }
    }
}
