
namespace Linkerd.Controller.Destination.Index;

/// <summary>What the flags say about how endpoints are described.</summary>
internal sealed record DestinationSettings
{
    /// <summary>Namespace of this control plane.</summary>
    public string ControllerNamespace { get; init; } = "linkerd";

    /// <summary>Trust domain of identities.</summary>
    public string TrustDomain { get; init; } = "cluster.local";

    /// <summary>DNS domain of the cluster.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>Whether meshed endpoints get an HTTP/2 hint.</summary>
    public bool EnableH2Upgrade { get; init; } = true;

    /// <summary>Whether IPv6 endpoints are told of.</summary>
    public bool EnableIpv6 { get; init; }

    /// <summary>Give every meshed endpoint the port of its proxy (<c>transport-header</c> mode), not only opaque ones.</summary>
    public bool TransportHeader { get; init; } = true;

    /// <summary>Ports that are opaque where nothing says otherwise.</summary>
    public PortSet DefaultOpaquePorts { get; init; } = PortSet.Empty;
}
