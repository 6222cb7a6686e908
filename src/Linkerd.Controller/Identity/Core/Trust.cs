using System.Security.Cryptography;

namespace Linkerd.Controller.Identity.Core;

/// <summary>What proxies are told: whom to trust, and who signs now; immutable.</summary>
internal sealed class Trust(TrustAnchors anchors, Issuer? issuer)
{
    /// <summary>Whom to trust.</summary>
    public TrustAnchors Anchors => anchors;

    /// <summary>SHA-256 of the issuer's certificate in DER; empty while there is none.</summary>
    public byte[] Issuer { get; } = issuer is null ? [] : SHA256.HashData(issuer.Chain[0].RawData);

    /// <summary>Changes exactly when either does.</summary>
    public string Version => $"{anchors.Version}.{Convert.ToHexStringLower(Issuer)}";
}
