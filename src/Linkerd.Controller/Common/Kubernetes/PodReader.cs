using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Common.Kubernetes;

/// <summary>Takes from a pod what the control plane keeps.</summary>
internal static class PodReader
{
    private const string ProxyContainer = "linkerd-proxy";

    /// <summary>Reads a pod; <paramref name="ownerOf"/> gives the owner of a ReplicaSet or Job, or null.</summary>
    public static PodInfo Read(Pod pod, Func<string, OwnerReference, OwnerReference?> ownerOf)
    {
        var spec = pod.Spec ?? new PodSpec();
        var containers = (spec.InitContainers ?? []).Concat(spec.Containers ?? []).ToList();
        var proxy = containers.Find(static c => c.Name == ProxyContainer);
        var labels = pod.Metadata.Labels;
        return new PodInfo
        {
            Namespace = pod.Metadata.Namespace ?? "",
            Name = pod.Metadata.Name ?? "",
            Ips = Addresses(pod.Status),
            HostIp = IPAddress.TryParse(pod.Status?.HostIP, out var host) ? host : null,
            HostNetwork = spec.HostNetwork ?? false,
            NodeName = spec.NodeName,
            IsFinished = pod.Status?.Phase is "Succeeded" or "Failed",
            ServiceAccount = spec.ServiceAccountName is { Length: > 0 } account ? account : "default",
            Hostname = spec.Hostname,
            Subdomain = spec.Subdomain,
            Owner = Owner(pod, ownerOf),
            ControlPlaneNamespace = labels?.GetValueOrDefault("linkerd.io/control-plane-ns") is { Length: > 0 } ns ? ns : null,
            TemplateHash = labels?.GetValueOrDefault("pod-template-hash"),
            Labels = labels ?? FrozenDictionary<string, string>.Empty,
            Annotations = MeshAnnotations(pod.Metadata.Annotations),
            NamedPorts = NamedPorts(containers),
            HostPorts = [.. containers.SelectMany(static c => c.Ports ?? []).Where(static p => p.HostPort is > 0 && p.Port is > 0).Select(static p => (p.HostPort!.Value, p.Port!.Value))],
            ProbePaths = ProbePaths(containers),
            ProxyInboundPort = ListenPort(proxy, "LINKERD2_PROXY_INBOUND_LISTEN_ADDR") ?? 4143,
            ProxyOwnPorts = [.. new[] { ListenPort(proxy, "LINKERD2_PROXY_CONTROL_LISTEN_ADDR"), ListenPort(proxy, "LINKERD2_PROXY_ADMIN_LISTEN_ADDR") }.OfType<int>()],
        };
    }

    /// <summary>The annotations that configure the mesh, of a pod, Service or namespace.</summary>
    public static FrozenDictionary<string, string> MeshAnnotations(IReadOnlyDictionary<string, string>? annotations) =>
        annotations is null
            ? FrozenDictionary<string, string>.Empty
            : annotations.Where(static a => a.Key.Contains("linkerd.io/", StringComparison.Ordinal)).ToFrozenDictionary();

    private static List<IPAddress> Addresses(PodStatus? status)
    {
        var texts = status?.PodIPs is { Count: > 0 } all ? all.Select(static p => p.Ip) : [status?.PodIP];
        return [.. texts.Select(static t => IPAddress.TryParse(t, out var ip) ? ip : null).OfType<IPAddress>()];
    }

    private static (string Kind, string Name) Owner(Pod pod, Func<string, OwnerReference, OwnerReference?> ownerOf)
    {
        var owner = Controller(pod.Metadata);
        if (owner is null)
            return ("pod", pod.Metadata.Name ?? "");
        var top = owner.Kind is "ReplicaSet" or "Job" ? ownerOf(pod.Metadata.Namespace ?? "", owner) ?? owner : owner;
        return ((top.Kind ?? "").ToLowerInvariant(), top.Name ?? "");
    }

    /// <summary>The one owner that manages an object, or its only owner.</summary>
    public static OwnerReference? Controller(ObjectMeta metadata) =>
        metadata.OwnerReferences?.FirstOrDefault(static o => o.Controller == true) ?? (metadata.OwnerReferences is [var only] ? only : null);

    private static FrozenDictionary<string, int> NamedPorts(List<Container> containers)
    {
        var ports = new Dictionary<string, int>();
        foreach (var port in containers.SelectMany(static c => c.Ports ?? []))
        {
            if (port is { Name: { Length: > 0 } name, Port: { } number })
                ports.TryAdd(name, number);
        }

        return ports.ToFrozenDictionary();
    }

    private static FrozenDictionary<int, string[]> ProbePaths(List<Container> containers)
    {
        var paths = new Dictionary<int, SortedSet<string>>();
        foreach (var container in containers.Where(static c => c.Name != ProxyContainer))
        {
            foreach (var probe in new[] { container.LivenessProbe, container.ReadinessProbe, container.StartupProbe })
            {
                if (probe?.HttpGet is not { Port: { } target } get || PortOf(container, target) is not { } port)
                    continue;
                if (!paths.TryGetValue(port, out var set))
                    paths.Add(port, set = new SortedSet<string>(StringComparer.Ordinal));
                // A query is not part of what a route matches.
                set.Add((get.Path is { Length: > 0 } path ? path : "/").Split('?')[0]);
            }
        }

        return paths.ToFrozenDictionary(static p => p.Key, static p => p.Value.ToArray());
    }

    private static int? PortOf(Container container, IntOrString port) =>
        port.IsNumber ? port.Number : container.Ports?.FirstOrDefault(p => p.Name == port.Text)?.Port;

    private static int? ListenPort(Container? proxy, string variable)
    {
        var value = proxy?.Env?.FirstOrDefault(e => e.Name == variable)?.Value;
        var colon = value?.LastIndexOf(':') ?? -1;
        return colon >= 0 && int.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
    }
}
