using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Linkerd.Init.Identity;

/// <summary>A new ECDSA P-256 key (PKCS#8) and a request for a certificate of one DNS name (PKCS#10), both DER.</summary>
internal sealed record KeyAndRequest(byte[] Key, byte[] Request)
{
    /// <summary>The subject stays empty: a common name holds 64 bytes, and identities are longer.</summary>
    public static KeyAndRequest Create(string dnsName)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName([0x30, 0x00]), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(dnsName);
        request.CertificateExtensions.Add(names.Build());
        return new KeyAndRequest(key.ExportPkcs8PrivateKey(), request.CreateSigningRequest());
    }

    /// <summary>Writes key.p8 and csr.der, readable by the owner only; what an earlier start left is replaced.</summary>
    public void WriteTo(string directory)
    {
        WritePrivate(Path.Combine(directory, "key.p8"), Key);
        WritePrivate(Path.Combine(directory, "csr.der"), Request);
    }

    private static void WritePrivate(string path, byte[] bytes)
    {
        File.Delete(path);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var file = new FileStream(path, options);
        file.Write(bytes);
    }
}
