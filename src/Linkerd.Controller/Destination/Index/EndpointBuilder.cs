using System.Collections.Immutable;
using System.Net;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Destination.Core;

namespace Linkerd.Controller.Destination.Index;

/// <summary>Describes an endpoint from its address and its pod.</summary>
internal sealed class EndpointBuilder(DestinationSettings settings)
{
    /// <summary>An endpoint of which only the address is known.</summary>
    public static EndpointInfo Bare(IPAddress ip, int port) => new(new EndpointKey(ip, port));

    /// <summary>An endpoint on a pod.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="key">Its address and port.</param>
    /// <param name="opaque">Whether the port is opaque on the pod.</param>
    /// <param name="zone">Zone of the pod's node, or null.</param>
    public EndpointInfo OnPod(PodInfo pod, EndpointKey key, bool opaque, string? zone)
    {
        var endpoint = new EndpointInfo(key)
        {
            Labels = Labels(pod, zone),
            Pod = new PodName(pod.Namespace, pod.Name),
            NodeName = pod.NodeName,
            Zone = zone,
        };
        if (pod.ControlPlaneNamespace is null || Skips(pod, key.Port))
            return endpoint;
        var transport = (opaque || settings.TransportHeader) && !pod.ProxyOwnPorts.Contains(key.Port);
        return endpoint with
        {
            Hint = opaque ? ProtocolHint.Opaque : settings.EnableH2Upgrade ? ProtocolHint.H2 : ProtocolHint.None,
            TransportPort = transport ? pod.ProxyInboundPort : null,
            // Another control plane has its own trust anchors: speak its protocol, but do not expect its identity.
            TlsIdentity = pod.ControlPlaneNamespace == settings.ControllerNamespace
                ? $"{pod.ServiceAccount}.{pod.Namespace}.serviceaccount.identity.{settings.ControllerNamespace}.{settings.TrustDomain}"
                : null,
        };
    }

    /// <summary>An endpoint outside of the cluster. Its proxy always speaks HTTP/2 to others, and proves itself by the URI of its certificate.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="key">Its address and port.</param>
    /// <param name="opaque">Whether the port is opaque on it.</param>
    /// <param name="zone">Where it is, or null.</param>
    public EndpointInfo OnWorkload(ExternalWorkload workload, EndpointKey key, bool opaque, string? zone) => new(key)
    {
        Labels = new LabelSet(
        [
            new("external_workload", workload.Name.Name),
            .. workload.Owner is var (kind, owner) ? [new(kind, owner)] : Array.Empty<KeyValuePair<string, string>>(),
            new("zone", zone ?? ""),
        ]),
        Zone = zone,
        External = new ExternalEndpoint(workload.Name, workload.Identity, workload.ServerName),
        Hint = opaque ? ProtocolHint.Opaque : ProtocolHint.H2,
        TransportPort = opaque || settings.TransportHeader ? workload.ProxyInboundPort : null,
    };

    /// <summary>What is opaque on an external workload: its own annotation, else the default.</summary>
    public PortSet OpaquePortsOf(ExternalWorkload workload) => workload.OpaquePorts is { } text
        ? PortSet.Parse(text, workload.Ports.Where(static p => p.Name.Length > 0).DistinctBy(static p => p.Name).ToDictionary(static p => p.Name, static p => p.Number))
        : settings.DefaultOpaquePorts;

    /// <summary>What is opaque on a pod: its own annotation, else its namespace's, else the default.</summary>
    public PortSet OpaquePortsOf(PodInfo pod, string? namespaceAnnotation)
    {
        var text = pod.Annotations.GetValueOrDefault(MeshAnnotation.OpaquePorts) ?? namespaceAnnotation;
        return text is null ? settings.DefaultOpaquePorts : PortSet.Parse(text, pod.NamedPorts);
    }

    private static bool Skips(PodInfo pod, int port) =>
        pod.Annotations.TryGetValue(MeshAnnotation.SkipInboundPorts, out var skipped) && PortSet.Parse(skipped, pod.NamedPorts).Contains(port);

    private static LabelSet Labels(PodInfo pod, string? zone) => new(
    [
        new("pod", pod.Name),
        // A label called job would be taken for the scrape job's.
        new(pod.Owner.Kind == "job" ? "k8s_job" : pod.Owner.Kind, pod.Owner.Kind == "pod" ? pod.Name : pod.Owner.Name),
        new("serviceaccount", pod.ServiceAccount),
        new("control_plane_ns", pod.ControlPlaneNamespace ?? ""),
        new("pod_template_hash", pod.TemplateHash ?? ""),
        new("zone", zone ?? ""),
    ]);

    /// <summary>The zones that an endpoint is meant for.</summary>
    public static ImmutableArray<string> Zones(IEnumerable<string?>? zones) => zones is null ? [] : [.. zones.OfType<string>().Order(StringComparer.Ordinal)];
}
