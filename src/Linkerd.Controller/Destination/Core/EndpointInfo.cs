using System.Collections.Immutable;

namespace Linkerd.Controller.Destination.Core;

/// <summary>An endpoint and all that a client's proxy must know of it; compares by content.</summary>
public sealed record EndpointInfo(EndpointKey Key)
{
    /// <summary>Labels for the client's metrics, the zone's locality excepted, which depends on the client.</summary>
    public LabelSet Labels { get; init; } = LabelSet.Empty;

    /// <summary>The identity to expect in TLS, null for an endpoint that is not meshed by this control plane.</summary>
    public string? TlsIdentity { get; init; }

    /// <summary>What to speak.</summary>
    public ProtocolHint Hint { get; init; }

    /// <summary>Port of the endpoint's proxy for connections with a transport header, null for none.</summary>
    public int? TransportPort { get; init; }

    /// <summary>The <c>:authority</c> to send instead of the request's, or null.</summary>
    public string? AuthorityOverride { get; init; }

    /// <summary>The pod behind the endpoint, or null.</summary>
    public PodName? Pod { get; init; }

    /// <summary>Set for an endpoint outside of the cluster: who it is in TLS instead of <see cref="TlsIdentity"/>.</summary>
    public ExternalEndpoint? External { get; init; }

    /// <summary>Host name within a headless Service, or null.</summary>
    public string? Hostname { get; init; }

    /// <summary>Node that the endpoint is on, or null.</summary>
    public string? NodeName { get; init; }

    /// <summary>Zone that the endpoint is in, or null.</summary>
    public string? Zone { get; init; }

    /// <summary>Zones that should use the endpoint; empty for no hint.</summary>
    public ImmutableArray<string> ForZones { get; init; } = [];

    public bool Equals(EndpointInfo? other) =>
        other is not null && Key == other.Key && Labels.Equals(other.Labels) && TlsIdentity == other.TlsIdentity && Hint == other.Hint
        && TransportPort == other.TransportPort && AuthorityOverride == other.AuthorityOverride && Pod == other.Pod && External == other.External && Hostname == other.Hostname
        && NodeName == other.NodeName && Zone == other.Zone && ForZones.AsSpan().SequenceEqual(other.ForZones.AsSpan());

    public override int GetHashCode() => Key.GetHashCode();
}
