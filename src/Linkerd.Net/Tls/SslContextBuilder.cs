using System.Runtime.InteropServices;
using System.Text;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>Builds SSL_CTX objects with the mesh's one TLS profile.</summary>
internal static unsafe class SslContextBuilder
{
    public const string Suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

    // rsa_pkcs1 may sign certificates but never a TLS 1.3 handshake (RFC 8446 section 4.2.3): RSA chains verify, RSA leaves are refused.
    private const string SignatureAlgorithms = "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ed25519:RSA+SHA256:RSA+SHA384:RSA+SHA512";

    /// <summary>Key exchange groups, the best list first: libraries that know none of a list's hybrids refuse it whole.</summary>
    public static ReadOnlySpan<string> Groups => s_groups;

    /// <summary>Key exchange, best first; '*' (3.5 and newer) sends that share in the first flight, so that a peer without the hybrid needs no retry.</summary>
    private static readonly string[] s_groups = ["*X25519MLKEM768:*X25519:P-256:P-384", "X25519:P-256:P-384"];

    public static SslContextHandle BuildServer(TlsMaterial material, ReadOnlySpan<string> alpn)
    {
        ArgumentNullException.ThrowIfNull(material);
        if (material.CertificateChain.Count == 0) throw new TlsException("a TLS server needs a certificate");
        SslContextHandle context = Build(material);
        if (!alpn.IsEmpty) Ssl.ContextSetAlpnSelect(context, &TlsCallbacks.SelectAlpn, AlpnList.Get(alpn));
        return context;
    }

    public static SslContextHandle BuildClient(TlsMaterial material)
    {
        ArgumentNullException.ThrowIfNull(material);
        return Build(material);
    }

    private static SslContextHandle Build(TlsMaterial material)
    {
        var context = new SslContextHandle(Ssl.ContextNew(Ssl.TlsMethod()));
        if (context.IsInvalid) throw new TlsException($"SSL_CTX_new: {TlsErrors.Take()}");
        try
        {
            Configure(context);
            AddAnchors(context, material.TrustAnchorsPem);
            AddIdentity(context, material);
            return context;
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    private static void Configure(SslContextHandle context)
    {
        Require(Ssl.ContextCtrl(context, Ssl.CtrlMinVersion, Ssl.Tls13, null), "TLS 1.3 as minimum");
        Require(Ssl.ContextCtrl(context, Ssl.CtrlMaxVersion, Ssl.Tls13, null), "TLS 1.3 as maximum");
        Require(Ssl.ContextSetCipherSuites(context, Suites), "cipher suites");
        if (!Array.Exists(s_groups, groups => SetList(context, Ssl.CtrlGroupsList, groups))) throw new TlsException($"key exchange groups: {TlsErrors.Take()}");
        Crypto.ClearErrors();
        if (!SetList(context, Ssl.CtrlSigalgsList, SignatureAlgorithms)) throw new TlsException($"signature algorithms: {TlsErrors.Take()}");
        Ssl.ContextSetOptions(context, Ssl.OptionNoTicket);
        Require(Ssl.ContextSetTickets(context, 0), "no tickets");
        Ssl.ContextCtrl(context, Ssl.CtrlSessionCache, 0, null);
        Ssl.ContextCtrl(context, Ssl.CtrlMode, Ssl.ModePartialWrite | Ssl.ModeMovingBuffer | Ssl.ModeReleaseBuffers, null);
        Ssl.ContextCtrl(context, Ssl.CtrlReadAhead, 1, null);
        Ssl.ContextSetVerify(context, Ssl.VerifyPeer, 0);
        Ssl.ContextSetVerifyCallback(context, &TlsCallbacks.VerifyPeer, 0);
        Require(Crypto.StoreSetFlags(Ssl.ContextStore(context), Crypto.PartialChain), "partial chains");
    }

    private static bool SetList(SslContextHandle context, int command, string list)
    {
        fixed (byte* text = Encoding.ASCII.GetBytes(list + '\0')) return Ssl.ContextCtrl(context, command, 0, text) == 1;
    }

    private static void AddAnchors(SslContextHandle context, string pem)
    {
        nint store = Ssl.ContextStore(context);
        List<nint> anchors = ReadCertificates(Encoding.ASCII.GetBytes(pem), "trust anchors");
        try
        {
            foreach (nint anchor in anchors) Require(Crypto.StoreAdd(store, anchor), "trust anchor");
        }
        finally
        {
            anchors.ForEach(Crypto.CertificateFree);
        }
    }

    private static void AddIdentity(SslContextHandle context, TlsMaterial material)
    {
        if (material.CertificateChain.Count == 0) return;
        bool leaf = true;
        foreach (ReadOnlyMemory<byte> element in material.CertificateChain)
        {
            foreach (nint certificate in ReadCertificates(element.Span, "certificate chain"))
            {
                bool ok = leaf ? Ssl.ContextUseCertificate(context, certificate) == 1 : Ssl.ContextCtrl(context, Ssl.CtrlChainCert, 1, (void*)certificate) == 1;
                Crypto.CertificateFree(certificate);
                if (!ok) throw new TlsException($"certificate chain: {TlsErrors.Take()}");
                leaf = false;
            }
        }

        if (leaf) throw new TlsException("certificate chain: it holds no certificate");
        nint key = ReadPrivateKey(material.PrivateKey.Span);
        try
        {
            if (Ssl.ContextUsePrivateKey(context, key) != 1 || Ssl.ContextCheckPrivateKey(context) != 1)
                throw new TlsException($"private key: it does not belong to the certificate ({TlsErrors.Take()})");
        }
        finally
        {
            Crypto.KeyFree(key);
        }
    }

    private static List<nint> ReadCertificates(ReadOnlySpan<byte> data, string what)
    {
        var result = new List<nint>();
        fixed (byte* start = data)
        {
            if (!data.IsEmpty && data[0] == 0x30)
            {
                byte* position = start;
                nint certificate = Crypto.DerReadCertificate(0, &position, data.Length);
                if (certificate == 0) throw new TlsException($"{what}: not a DER certificate ({TlsErrors.Take()})");
                result.Add(certificate);
                return result;
            }

            nint bio = Crypto.BioNewMemory(start, data.Length);
            while (bio != 0 && Crypto.PemReadCertificate(bio, 0, 0, null) is var certificate and not 0) result.Add(certificate);
            if (bio != 0) _ = Crypto.BioFree(bio);
        }

        Crypto.ClearErrors();
        int expected = data.Count("-----BEGIN CERTIFICATE-----"u8);
        if (result.Count == expected) return result;
        result.ForEach(Crypto.CertificateFree);
        throw new TlsException($"{what}: certificate {result.Count + 1} of {expected} is not valid PEM");
    }

    private static nint ReadPrivateKey(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) throw new TlsException("private key: none given for the certificate");
        nint key;
        fixed (byte* start = data)
        {
            if (data[0] == 0x30)
            {
                byte* position = start;
                key = Crypto.DerReadPrivateKey(0, &position, data.Length);
            }
            else
            {
                // An empty passphrase, so that OpenSSL never asks the terminal for one.
                byte none = 0;
                nint bio = Crypto.BioNewMemory(start, data.Length);
                key = Crypto.PemReadPrivateKey(bio, 0, 0, &none);
                _ = Crypto.BioFree(bio);
            }
        }

        return key != 0 ? key : throw new TlsException($"private key: not an unencrypted PKCS#8 key ({TlsErrors.Take()})");
    }

    private static void Require(nint result, string what)
    {
        if (result != 1) throw new TlsException($"{what}: {TlsErrors.Take()}");
    }
}
