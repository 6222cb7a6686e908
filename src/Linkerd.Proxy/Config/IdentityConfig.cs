using Linkerd.Model;

namespace Linkerd.Proxy.Config;

/// <summary>How the proxy gets its certificate.</summary>
public sealed record IdentityConfig
{
    /// <summary>Holds <c>key.p8</c> and <c>csr.der</c>.</summary>
    public required string Directory { get; init; }

    /// <summary>PEM text.</summary>
    public required string TrustAnchors { get; init; }

    /// <summary>Read again for every certificate.</summary>
    public required string TokenFile { get; init; }

    public required PeerIdentity LocalName { get; init; }

    /// <summary>The SNI that is terminated. Default the local name.</summary>
    public required string ServerName { get; init; }

    /// <summary>Default 10 s.</summary>
    public TimeSpan MinRefresh { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Default 24 h.</summary>
    public TimeSpan MaxRefresh { get; init; } = TimeSpan.FromHours(24);

    public required ControlConfig Service { get; init; }
}
