using System.Net;
using Linkerd.Controller.Common;
using Linkerd.Controller.Policy.Core;

namespace Linkerd.Controller.Policy.Index;

/// <summary>What the flags say about policy.</summary>
internal sealed record PolicySettings
{
    /// <summary>Policy where no annotation says otherwise.</summary>
    public DefaultPolicy DefaultPolicy { get; init; } = DefaultPolicy.All[0];

    /// <summary>Ports that are opaque where nothing says otherwise.</summary>
    public PortSet DefaultOpaquePorts { get; init; } = PortSet.Empty;

    /// <summary>Networks of the cluster.</summary>
    public IReadOnlyList<IPNetwork> ClusterNetworks { get; init; } = [];

    /// <summary>Networks that the kubelet probes from.</summary>
    public IReadOnlyList<IPNetwork> ProbeNetworks { get; init; } = [];

    /// <summary>DNS domain of the cluster.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>Whether clients may set retries and timeouts by headers.</summary>
    public bool AllowRequestHeaders { get; init; }
}
