using System.Net;
using System.Net.Sockets;
using Linkerd.Controller.Destination.Index;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Destination.Slices;

/// <summary>What of an ExternalWorkload stands in the slices of a Service.</summary>
internal static class WorkloadEndpoints
{
    public const string ZoneTopology = "topology.kubernetes.io/zone";

    private const string Kind = "ExternalWorkload";

    /// <summary>Whether a Service is meant to have slices at all: those without a selector are filled in by someone else.</summary>
    public static bool Selects(Service service) =>
        service.Spec is { Selector.Count: > 0, Type: not "ExternalName" } && service.Metadata.Namespace != "kube-system";

    /// <summary>Whether a Service selects a workload by its labels.</summary>
    public static bool Selects(Service service, IReadOnlyDictionary<string, string> labels) =>
        Selects(service) && service.Spec!.Selector!.All(l => labels.TryGetValue(l.Key, out var value) && value == l.Value);

    public static bool IsHeadless(Service service) => service.Spec?.ClusterIP == "None";

    /// <summary>The address types of a Service's slices: its own families; both where the cluster does not say.</summary>
    public static IReadOnlyList<string> AddressTypes(Service service)
    {
        string[] types = [.. (service.Spec?.IpFamilies ?? []).Where(static f => f is "IPv4" or "IPv6").Distinct()];
        return types.Length > 0 ? types : ["IPv4", "IPv6"];
    }

    /// <summary>The addresses of a workload that are of a type.</summary>
    public static IReadOnlyList<IPAddress> Addresses(ExternalWorkload workload, string addressType) =>
        [.. workload.Ips.Where(ip => ip.AddressFamily == (addressType == "IPv6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork))];

    /// <summary>
    /// The ports of a Service on a workload, by the Service's names. A target port, by number or by name, counts only where the
    /// workload says that it has it.
    /// </summary>
    public static IReadOnlyList<EndpointPort> Ports(Service service, ExternalWorkload workload)
    {
        var ports = new List<EndpointPort>();
        foreach (var port in service.Spec?.Ports ?? [])
        {
            var protocol = port.Protocol is { Length: > 0 } text ? text : "TCP";
            var target = port.TargetPort is { } given && given != 0 ? given : port.Port ?? 0;
            var found = workload.Ports.Where(p => p.Protocol == protocol && (target.IsNumber ? p.Number == target.Number : p.Name == target.Text)).Take(1).ToList();
            if (found is [var on])
                ports.Add(new EndpointPort { Name = port.Name ?? "", Port = on.Number, Protocol = protocol, AppProtocol = port.AppProtocol });
        }

        return ports;
    }

    public static SliceEndpoint Endpoint(Service service, ExternalWorkload workload, IReadOnlyList<IPAddress> addresses, bool zoneInTopology) => new()
    {
        Addresses = [.. addresses.Select(static a => a.ToString())],
        Conditions = new() { Ready = workload.IsReady, Serving = workload.IsReady, Terminating = false },
        TargetRef = new() { Kind = Kind, Namespace = workload.Name.Namespace, Name = workload.Name.Name, Uid = workload.Uid },
        Hostname = IsHeadless(service) ? workload.Name.Name : null,
        Zone = zoneInTopology ? null : workload.Zone,
        Topology = zoneInTopology && workload.Zone is { } zone ? new Dictionary<string, string> { [ZoneTopology] = zone } : null,
    };

    /// <summary>Which workload an endpoint of a slice is of.</summary>
    public static string KeyOf(SliceEndpoint endpoint) => endpoint.TargetRef is { Kind: Kind } target ? KeyOf(target.Name ?? "", target.Uid ?? "") : "";

    /// <inheritdoc cref="KeyOf(SliceEndpoint)"/>
    public static string KeyOf(ExternalWorkload workload) => KeyOf(workload.Name.Name, workload.Uid);

    /// <summary>Whether two endpoints of one workload say the same. A condition that the server did not keep is no difference.</summary>
    public static bool AreSame(SliceEndpoint wanted, SliceEndpoint found) =>
        (wanted.Addresses ?? []).SequenceEqual(found.Addresses ?? [])
        && wanted.Conditions?.Ready == found.Conditions?.Ready
        && (found.Conditions?.Serving is null || found.Conditions.Serving == wanted.Conditions?.Serving)
        && found.Conditions?.Terminating is not true
        && wanted.Hostname == found.Hostname
        && ZoneOf(wanted) == ZoneOf(found);

    private static string? ZoneOf(SliceEndpoint endpoint) => endpoint.Zone ?? endpoint.Topology?.GetValueOrDefault(ZoneTopology);

    private static string KeyOf(string name, string uid) => $"{name}/{uid}";
}
