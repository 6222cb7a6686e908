using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Linkerd.Api.TrustAnchors;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>Who signs certificates and which anchors are trusted, as they are now. A scenario rotates them.</summary>
internal sealed class MeshTrust(MeshAuthority first)
{
    private const string Key = "anchors";

    private volatile IReadOnlyList<MeshAuthority> _trusted = [first];
    private volatile MeshAuthority _issuing = first;
    private int _version;

    /// <summary>Signs from now on.</summary>
    public MeshAuthority Issuing
    {
        get => _issuing;
        set => _issuing = value;
    }

    /// <summary>What the control plane trusts, and tells proxies to trust.</summary>
    public IReadOnlyList<MeshAuthority> Trusted => _trusted;

    /// <summary>The stream of anchors; without a value proxies are told UNIMPLEMENTED.</summary>
    public Script<TrustBundle> Bundles { get; } = new();

    /// <summary>Changes the anchors, and tells the proxies that follow.</summary>
    public void Trust(params MeshAuthority[] authorities) => Tell(authorities, null);

    /// <summary>Changes who signs, and tells the proxies that follow.</summary>
    public void Announce(MeshAuthority issuing)
    {
        _issuing = issuing;
        Tell(_trusted, issuing);
    }

    private void Tell(IReadOnlyList<MeshAuthority> authorities, MeshAuthority? issuing)
    {
        _trusted = authorities;
        Bundles.Set(Key, new TrustBundle
        {
            Version = $"{++_version}",
            Pem = string.Concat(authorities.Select(a => a.Anchor.ExportCertificatePem() + "\n")),
            Anchors = { authorities.Select(a => ByteString.CopyFrom(a.Anchor.RawData)) },
            Issuer = issuing is null ? ByteString.Empty : ByteString.CopyFrom(SHA256.HashData(issuing.Issuer.RawData)),
            RenewWithinSeconds = 1,
        });
    }

    /// <summary>Follows the anchors.</summary>
    public Task FollowAsync(Func<TrustBundle, Task> send, CancellationToken cancellationToken)
        => Bundles.FollowAsync(Key, (_, bundle) => send(bundle), cancellationToken);

    /// <summary>The stream is served.</summary>
    public bool IsServed => Bundles.TryGet(Key, out _);

    /// <summary>The peer's certificate leads to a trusted anchor.</summary>
    public bool IsTrusted(X509Certificate peer) => _trusted.Any(authority => LeadsTo(authority, peer));

    // One by one: anchors of one name confuse the platform's chain builder.
    private static bool LeadsTo(MeshAuthority authority, X509Certificate peer)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority.Anchor);
        chain.ChainPolicy.ExtraStore.Add(authority.Issuer);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(new X509Certificate2(peer));
    }
}
