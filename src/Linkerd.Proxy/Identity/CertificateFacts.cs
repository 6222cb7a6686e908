using System.Formats.Asn1;
using System.Globalization;
using System.Text;

namespace Linkerd.Proxy.Identity;

/// <summary>What is read off a certificate, straight from its DER (RFC 5280 §4.1): the base library's X.509 stack would cost megabytes.</summary>
/// <param name="NotBefore">Start of validity.</param>
/// <param name="NotAfter">End of validity.</param>
/// <param name="Names">DNS and URI subject alternative names.</param>
public sealed record CertificateFacts(DateTimeOffset NotBefore, DateTimeOffset NotAfter, IReadOnlyList<string> Names)
{
    private const string SubjectAltName = "2.5.29.17";

    /// <summary>Reads a certificate. Throws <see cref="CertificateException"/> when it is not one.</summary>
    public static CertificateFacts Read(ReadOnlyMemory<byte> der)
    {
        try
        {
            AsnReader certificate = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
            AsnReader body = certificate.ReadSequence();
            var explicitVersion = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
            if (body.PeekTag() == explicitVersion) body.ReadEncodedValue();
            for (int i = 0; i < 3; i++) body.ReadEncodedValue();
            AsnReader validity = body.ReadSequence();
            DateTimeOffset notBefore = Time(validity);
            DateTimeOffset notAfter = Time(validity);
            body.ReadEncodedValue();
            body.ReadEncodedValue();
            var names = new List<string>();
            var extensions = new Asn1Tag(TagClass.ContextSpecific, 3, isConstructed: true);
            while (body.HasData)
            {
                if (body.PeekTag() != extensions)
                {
                    body.ReadEncodedValue();
                    continue;
                }

                AsnReader list = body.ReadSequence(extensions).ReadSequence();
                while (list.HasData) Extension(list.ReadSequence(), names);
            }

            return new CertificateFacts(notBefore, notAfter, names);
        }
        catch (AsnContentException exception)
        {
            throw new CertificateException("the certificate is malformed", exception);
        }
    }

    private static DateTimeOffset Time(AsnReader reader)
        => reader.PeekTag() == Asn1Tag.UtcTime ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    private static void Extension(AsnReader extension, List<string> names)
    {
        if (extension.ReadObjectIdentifier() != SubjectAltName) return;
        if (extension.PeekTag() == Asn1Tag.Boolean) extension.ReadBoolean();
        AsnReader general = new AsnReader(extension.ReadOctetString(), AsnEncodingRules.DER).ReadSequence();
        while (general.HasData)
        {
            Asn1Tag tag = general.PeekTag();
            ReadOnlyMemory<byte> value = general.ReadEncodedValue();
            if (tag.TagClass != TagClass.ContextSpecific || tag.TagValue is not (2 or 6)) continue;
            names.Add(new AsnReader(value, AsnEncodingRules.DER).ReadCharacterString(UniversalTagNumber.IA5String, tag));
        }
    }
}
