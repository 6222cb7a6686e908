using System.Collections.Frozen;
using System.Net;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Policy.Core;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Policy.Index;

/// <summary>What outbound policy keeps of a Service.</summary>
internal sealed record PolicyService(
    ServiceName Name,
    IReadOnlyList<IPAddress> ClusterIps,
    FrozenDictionary<int, string?> AppProtocols,
    string? OpaquePorts,
    ParentSettings Settings)
{
    public static PolicyService Read(Service service)
    {
        var spec = service.Spec ?? new ServiceSpec();
        var texts = spec.ClusterIPs is { Count: > 0 } all ? all : [spec.ClusterIP ?? ""];
        var ports = new Dictionary<int, string?>();
        foreach (var port in spec.Ports ?? [])
        {
            if (port is { Port: { } number, Protocol: null or "TCP" })
                ports.TryAdd(number, port.AppProtocol);
        }

        return new PolicyService(
            new ServiceName(service.Metadata.Namespace ?? "", service.Metadata.Name ?? ""),
            [.. texts.Select(static t => IPAddress.TryParse(t, out var ip) ? ip : null).OfType<IPAddress>()],
            ports.ToFrozenDictionary(),
            service.Metadata.Annotations?.GetValueOrDefault(MeshAnnotation.OpaquePorts),
            ParentSettings.Read(service.Metadata.Annotations));
    }

    /// <summary>What a port speaks: its appProtocol, which wins, else opaque or to be detected.</summary>
    public ServiceProtocol Protocol(int port, PortSet opaque) => AppProtocols.GetValueOrDefault(port)?.ToLowerInvariant() switch
    {
        null => opaque.Contains(port) ? ServiceProtocol.Opaque : ServiceProtocol.Detect,
        "http" => ServiceProtocol.Http1,
        "kubernetes.io/h2c" => ServiceProtocol.Http2,
        _ => ServiceProtocol.Opaque,
    };
}
