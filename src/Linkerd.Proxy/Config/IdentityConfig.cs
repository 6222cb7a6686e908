using Linkerd.Model;

namespace Linkerd.Proxy.Config;

/// <summary>How the proxy gets its certificate.</summary>
public sealed record IdentityConfig
{
    /// <summary>The certificate comes from the SPIFFE Workload API (<see cref="Service"/> is its agent), not from the identity controller.</summary>
    public bool IsSpire { get; init; }

    /// <summary>Between attempts to reach the agent. Default 100 ms to 1 s.</summary>
    public ExponentialBackoff SpireBackoff { get; init; } = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), 0.1);

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
