using System.Net;

namespace Linkerd.Model;

/// <summary>One address that serves a destination, and how to reach it.</summary>
public sealed record Endpoint
{
    /// <summary>Where it listens.</summary>
    public required IPEndPoint Address { get; init; }

    /// <summary>Relative weight; 10000 is one.</summary>
    public uint Weight { get; init; } = 10000;

    /// <summary>Labels of the set and the address, without the <c>dst_</c> prefix.</summary>
    public LabelSet Labels { get; init; } = LabelSet.Empty;

    /// <summary>Null when it is not meshed.</summary>
    public TlsTarget? Tls { get; init; }

    public ProtocolHint Hint { get; init; }

    /// <summary>Port of the peer's proxy that takes a transport header; null for none.</summary>
    public int? OpaqueTransportPort { get; init; }

    /// <summary>Replaces the request's authority, for gateways; null keeps it.</summary>
    public string? AuthorityOverride { get; init; }

    public Http2ClientSettings? Http2 { get; init; }

    public Meta? Resource { get; init; }
}
