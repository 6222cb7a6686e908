using System.Net;
using Linkerd.Model;
using Linkerd.Net;

namespace Linkerd.Proxy.Config;

/// <summary>The inbound side.</summary>
public sealed record InboundConfig : SideConfig
{
    /// <summary>Default 0.0.0.0:4143.</summary>
    public required SocketAddress Listen { get; init; }

    /// <summary>Ports whose policy is watched from the start.</summary>
    public PortSet Ports { get; init; } = PortSet.Empty;

    /// <summary>Ports that are opaque until policy says otherwise.</summary>
    public PortSet OpaquePorts { get; init; } = PortSet.Empty;

    public PortSet RequireIdentityPorts { get; init; } = PortSet.Empty;

    public PortSet RequireTlsPorts { get; init; } = PortSet.Empty;

    /// <summary>Name of the policy in force until the control plane answers. Default all-unauthenticated.</summary>
    public string DefaultPolicy { get; init; } = Model.DefaultPolicy.AllUnauthenticated;

    /// <summary>Addresses of this workload; empty allows any.</summary>
    public IReadOnlyList<IPAddress> Ips { get; init; } = [];

    /// <summary>Names under which this proxy is a gateway.</summary>
    public IReadOnlyList<string> GatewaySuffixes { get; init; } = [];

    /// <summary>Authorities become labels (<c>unsafe</c>: a client can make any number).</summary>
    public bool AuthorityLabels { get; init; }
}
