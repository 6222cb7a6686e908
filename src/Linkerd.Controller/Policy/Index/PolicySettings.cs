using System.Net;
using Linkerd.Controller.Policy.Reading;

namespace Linkerd.Controller.Policy.Index;

/// <summary>What the flags say about policy.</summary>
internal sealed record PolicySettings
{
    /// <summary>Name of the policy where nothing says otherwise.</summary>
    public string DefaultPolicy { get; init; } = Model.DefaultPolicy.AllUnauthenticated;

    /// <summary>Ports that are opaque where nothing says otherwise.</summary>
    public PortSet DefaultOpaquePorts { get; init; } = PortSet.Empty;

    /// <summary>Networks of the cluster.</summary>
    public IReadOnlyList<IPNetwork> ClusterNetworks { get; init; } = [];

    /// <summary>Networks that the kubelet probes from.</summary>
    public IReadOnlyList<IPNetwork> ProbeNetworks { get; init; } = [];

    /// <summary>Namespace whose EgressNetworks are for clients of every namespace.</summary>
    public string GlobalEgressNamespace { get; init; } = "linkerd-egress";

    /// <summary>DNS domain of the cluster.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>How identities are called.</summary>
    public IdentityNames Identities { get; init; } = new("linkerd", "cluster.local");

    /// <summary>Whether clients may set retries and timeouts by headers.</summary>
    public bool AllowRequestHeaders { get; init; }
}
