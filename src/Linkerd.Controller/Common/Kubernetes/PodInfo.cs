using System.Collections.Frozen;
using System.Net;

namespace Linkerd.Controller.Common.Kubernetes;

/// <summary>What the control plane keeps of a pod: a small part of it, since there may be very many.</summary>
internal sealed record PodInfo
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>Addresses of the pod itself; those of the node when <see cref="HostNetwork"/>.</summary>
    public IReadOnlyList<IPAddress> Ips { get; init; } = [];

    public IPAddress? HostIp { get; init; }

    public bool HostNetwork { get; init; }

    public string? NodeName { get; init; }

    /// <summary>Succeeded or failed: its address may belong to another pod by now.</summary>
    public bool IsFinished { get; init; }

    public string ServiceAccount { get; init; } = "default";

    public string? Hostname { get; init; }

    public string? Subdomain { get; init; }

    /// <summary>Kind and name of the owner of the pod's owner where that is known, else of the owner, else of the pod.</summary>
    public (string Kind, string Name) Owner { get; init; }

    /// <summary>Namespace of the control plane that meshed the pod, or null.</summary>
    public string? ControlPlaneNamespace { get; init; }

    public string? TemplateHash { get; init; }

    /// <summary>All labels: Servers select pods by them.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Annotations of the mesh, the only ones that are kept.</summary>
    public FrozenDictionary<string, string> Annotations { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Named container ports.</summary>
    public FrozenDictionary<string, int> NamedPorts { get; init; } = FrozenDictionary<string, int>.Empty;

    /// <summary>Ports of the node that lead to ports of the pod.</summary>
    public IReadOnlyList<(int HostPort, int Port)> HostPorts { get; init; } = [];

    /// <summary>Paths of HTTP probes by port.</summary>
    public FrozenDictionary<int, string[]> ProbePaths { get; init; } = FrozenDictionary<int, string[]>.Empty;

    /// <summary>Port on which the pod's proxy takes connections; 4143 unless its environment says otherwise.</summary>
    public int ProxyInboundPort { get; init; } = 4143;

    /// <summary>The proxy's own control and admin ports, which never take a transport header.</summary>
    public IReadOnlyList<int> ProxyOwnPorts { get; init; } = [];
}
