using System.Collections.Frozen;
using System.Net;
using Linkerd.Controller.Destination.Core;

namespace Linkerd.Controller.Destination.Index;

/// <summary>A machine outside of the cluster that runs the proxy.</summary>
internal sealed record ExternalWorkload(ExternalWorkloadName Name)
{
    private const string ProxyPortName = "linkerd-proxy";
    private const int DefaultProxyPort = 4143;
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    public string Uid { get; init; } = "";

    public IReadOnlyDictionary<string, string> Labels { get; init; } = FrozenDictionary<string, string>.Empty;

    public IReadOnlyList<IPAddress> Ips { get; init; } = [];

    /// <summary>The ports that it says it has; it has no others.</summary>
    public IReadOnlyList<ExternalWorkloadPort> Ports { get; init; } = [];

    /// <summary>The URI of its certificate.</summary>
    public string Identity { get; init; } = "";

    /// <summary>The name to ask for in TLS.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>Its status has the condition Ready, and it is not being deleted.</summary>
    public bool IsReady { get; init; }

    /// <summary>Its only owner, or null.</summary>
    public (string Kind, string Name)? Owner { get; init; }

    /// <summary>Its annotation about opaque ports, or null.</summary>
    public string? OpaquePorts { get; init; }

    /// <summary>Where it is, or null.</summary>
    public string? Zone => Labels.GetValueOrDefault(ZoneLabel) is { Length: > 0 } zone ? zone : null;

    /// <summary>Port on which its proxy takes connections.</summary>
    public int ProxyInboundPort => NamedPort(ProxyPortName) ?? DefaultProxyPort;

    /// <summary>Number of a named port, or null.</summary>
    public int? NamedPort(string name)
    {
        foreach (var port in Ports)
        {
            if (port.Name == name)
                return port.Number;
        }

        return null;
    }

    /// <summary>Whether it says that it has a port.</summary>
    public bool Has(int port) => Ports.Any(p => p.Number == port);
}
