using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Linkerd.Cli.Pods;

/// <summary>A certificate in words, in the order of <c>openssl x509 -text</c>.</summary>
public static class CertificateText
{
    /// <summary>Renders <paramref name="certificate"/>; dates are UTC.</summary>
    public static string Render(X509Certificate2 certificate)
    {
        var text = new StringBuilder("Certificate:\n    Data:\n");
        text.Append(CultureInfo.InvariantCulture, $"        Version: {certificate.Version} (0x{certificate.Version - 1:x})\n");
        text.Append(CultureInfo.InvariantCulture, $"        Serial Number: {Serial(certificate)}\n");
        text.Append(CultureInfo.InvariantCulture, $"    Signature Algorithm: {Algorithm(certificate.SignatureAlgorithm)}\n");
        text.Append(CultureInfo.InvariantCulture, $"        Issuer: {Name(certificate.IssuerName)}\n");
        text.Append("        Validity\n");
        text.Append(CultureInfo.InvariantCulture, $"            Not Before: {Date(certificate.NotBefore)}\n            Not After : {Date(certificate.NotAfter)}\n");
        text.Append(CultureInfo.InvariantCulture, $"        Subject: {Name(certificate.SubjectName)}\n");
        AppendKey(text, certificate);
        text.Append("        X509v3 extensions:\n");
        foreach (var extension in certificate.Extensions)
            AppendExtension(text, extension);
        return text.ToString();
    }

    private static string Serial(X509Certificate2 certificate)
    {
        var bytes = certificate.SerialNumberBytes.Span;
        if (bytes.Length > 8)
            return "\n            " + string.Join(':', Convert.ToHexStringLower(bytes).Chunk(2).Select(c => new string(c)));
        ulong value = 0;
        foreach (var b in bytes)
            value = (value << 8) | b;
        return string.Create(CultureInfo.InvariantCulture, $"{value} (0x{value:x})");
    }

    private static string Algorithm(Oid oid) => oid.Value switch
    {
        "1.2.840.10045.4.3.2" => "ECDSA-SHA256",
        "1.2.840.10045.4.3.3" => "ECDSA-SHA384",
        "1.2.840.10045.4.3.4" => "ECDSA-SHA512",
        "1.2.840.113549.1.1.11" => "SHA256-RSA",
        "1.3.101.112" => "Ed25519",
        _ => oid.FriendlyName ?? oid.Value ?? "unknown",
    };

    private static string Name(X500DistinguishedName name) => name.Name;

    private static string Date(DateTime local) => local.ToUniversalTime().ToString("MMM d HH:mm:ss yyyy 'UTC'", CultureInfo.InvariantCulture);

    private static void AppendKey(StringBuilder text, X509Certificate2 certificate)
    {
        text.Append("        Subject Public Key Info:\n");
        using var ec = certificate.GetECDsaPublicKey();
        if (ec is null)
        {
            text.Append(CultureInfo.InvariantCulture, $"            Public Key Algorithm: {certificate.PublicKey.Oid.FriendlyName}\n");
            return;
        }

        var point = ec.ExportParameters(false).Q;
        text.Append(CultureInfo.InvariantCulture, $"            Public Key Algorithm: ECDSA\n                Public-Key: ({ec.KeySize} bit)\n");
        AppendHex(text, "X", point.X!);
        AppendHex(text, "Y", point.Y!);
        text.Append(CultureInfo.InvariantCulture, $"                Curve: P-{ec.KeySize}\n");
    }

    private static void AppendHex(StringBuilder text, string label, byte[] bytes)
    {
        text.Append(CultureInfo.InvariantCulture, $"                {label}:\n");
        foreach (var line in bytes.Chunk(15))
            text.Append("                    ").AppendJoin(':', line.Select(b => b.ToString("x2", CultureInfo.InvariantCulture))).Append('\n');
    }

    private static void AppendExtension(StringBuilder text, X509Extension extension)
    {
        var critical = extension.Critical ? " critical" : "";
        switch (extension)
        {
            case X509KeyUsageExtension usage:
                text.Append(CultureInfo.InvariantCulture, $"            X509v3 Key Usage:{critical}\n                {usage.KeyUsages}\n");
                break;
            case X509EnhancedKeyUsageExtension usage:
                text.Append(CultureInfo.InvariantCulture, $"            X509v3 Extended Key Usage:{critical}\n                {string.Join(", ", usage.EnhancedKeyUsages.Cast<Oid>().Select(o => o.FriendlyName ?? o.Value))}\n");
                break;
            case X509SubjectAlternativeNameExtension names:
                text.Append(CultureInfo.InvariantCulture, $"            X509v3 Subject Alternative Name:{critical}\n                {string.Join(", ", names.EnumerateDnsNames().Select(n => "DNS:" + n))}\n");
                break;
            case X509AuthorityKeyIdentifierExtension key:
                text.Append(CultureInfo.InvariantCulture, $"            X509v3 Authority Key Identifier:{critical}\n                keyid:{Colons(key.KeyIdentifier is { } id ? id.Span : [])}\n");
                break;
            case X509BasicConstraintsExtension basic:
                text.Append(CultureInfo.InvariantCulture, $"            X509v3 Basic Constraints:{critical}\n                CA:{(basic.CertificateAuthority ? "TRUE" : "FALSE")}\n");
                break;
        }
    }

    private static string Colons(ReadOnlySpan<byte> bytes) => string.Join(':', Convert.ToHexString(bytes).Chunk(2).Select(c => new string(c)));
}
