using System.Collections.Frozen;
using System.Net;
using Linkerd.Controller.Destination.Core;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Destination.Index;

/// <summary>What the index keeps of a Service.</summary>
internal sealed record ServiceInfo(
    ServiceName Name,
    IReadOnlyList<IPAddress> ClusterIps,
    FrozenDictionary<int, string> Ports,
    bool IsExternalName,
    bool LocalTrafficOnly,
    string? OpaquePorts)
{
    public static ServiceInfo Read(Service service)
    {
        var spec = service.Spec ?? new ServiceSpec();
        var texts = spec.ClusterIPs is { Count: > 0 } all ? all : [spec.ClusterIP ?? ""];
        var ports = new Dictionary<int, string>();
        foreach (var port in spec.Ports ?? [])
        {
            if (port is { Port: { } number, Protocol: null or "TCP" })
                ports.TryAdd(number, port.Name ?? "");
        }

        return new ServiceInfo(
            new ServiceName(service.Metadata.Namespace ?? "", service.Metadata.Name ?? ""),
            [.. texts.Select(static t => IPAddress.TryParse(t, out var ip) ? ip : null).OfType<IPAddress>()],
            ports.ToFrozenDictionary(),
            spec.Type == "ExternalName",
            spec.InternalTrafficPolicy == "Local",
            service.Metadata.Annotations?.GetValueOrDefault(Common.Kubernetes.MeshAnnotation.OpaquePorts));
    }
}
