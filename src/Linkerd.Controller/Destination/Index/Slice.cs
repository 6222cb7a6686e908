using System.Collections.Frozen;
using System.Net;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Destination.Core;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Destination.Index;

/// <summary>Some addresses behind a Service that share their ports: an EndpointSlice, or a subset of an Endpoints object.</summary>
/// <param name="Addresses">The addresses that are ready.</param>
/// <param name="Ports">Numbers by name; the name of the only port may be empty.</param>
/// <param name="GatewayIdentity">Identity of the gateway that mirrored endpoints lead to, or null.</param>
/// <param name="RemoteName">Name of the mirrored Service in its own cluster, or null.</param>
internal sealed record Slice(IReadOnlyList<SliceAddress> Addresses, FrozenDictionary<string, int> Ports, string? GatewayIdentity, string? RemoteName)
{
    private const string ZoneTopology = "topology.kubernetes.io/zone";
    private const string HostTopology = "kubernetes.io/hostname";

    /// <summary>Reads an EndpointSlice; a v1beta1 slice has node and zone in its topology.</summary>
    public static Slice Read(EndpointSlice slice)
    {
        var addresses = new List<SliceAddress>();
        foreach (var endpoint in slice.AddressType == "FQDN" ? [] : slice.Endpoints ?? [])
        {
            // A condition that is not set counts as ready.
            if (endpoint.Conditions?.Ready == false)
                continue;
            var node = endpoint.NodeName ?? endpoint.Topology?.GetValueOrDefault(HostTopology);
            var zone = endpoint.Zone ?? endpoint.Topology?.GetValueOrDefault(ZoneTopology);
            var zones = EndpointBuilder.Zones(endpoint.Hints?.ForZones?.Select(static z => z.Name));
            foreach (var text in endpoint.Addresses ?? [])
            {
                if (IPAddress.TryParse(text, out var ip))
                    addresses.Add(new SliceAddress(ip, PodOf(endpoint.TargetRef, slice.Metadata), WorkloadOf(endpoint.TargetRef, slice.Metadata), endpoint.Hostname, node, zone, zones));
            }
        }

        return new Slice(addresses, PortsOf(slice.Ports), Annotation(slice.Metadata, "remote-gateway-identity"), Annotation(slice.Metadata, "remote-svc-fq-name"));
    }

    /// <summary>Reads the subsets of an Endpoints object.</summary>
    public static IEnumerable<Slice> Read(Endpoints endpoints)
    {
        foreach (var subset in endpoints.Subsets ?? [])
        {
            var addresses = new List<SliceAddress>();
            foreach (var address in subset.Addresses ?? [])
            {
                if (IPAddress.TryParse(address.Ip, out var ip))
                    addresses.Add(new SliceAddress(ip, PodOf(address.TargetRef, endpoints.Metadata), WorkloadOf(address.TargetRef, endpoints.Metadata), address.Hostname, address.NodeName, null, []));
            }

            yield return new Slice(addresses, PortsOf(subset.Ports), Annotation(endpoints.Metadata, "remote-gateway-identity"), Annotation(endpoints.Metadata, "remote-svc-fq-name"));
        }
    }

    private static PodName? PodOf(ObjectReference? target, ObjectMeta owner) =>
        target is { Kind: "Pod", Name: { Length: > 0 } name } ? new PodName(target.Namespace ?? owner.Namespace ?? "", name) : null;

    private static ExternalWorkloadName? WorkloadOf(ObjectReference? target, ObjectMeta owner) =>
        target is { Kind: "ExternalWorkload", Name: { Length: > 0 } name } ? new ExternalWorkloadName(target.Namespace ?? owner.Namespace ?? "", name) : null;

    private static FrozenDictionary<string, int> PortsOf(IReadOnlyList<EndpointPort>? ports)
    {
        var numbers = new Dictionary<string, int>();
        foreach (var port in ports ?? [])
        {
            if (port is { Port: { } number, Protocol: null or "TCP" })
                numbers.TryAdd(port.Name ?? "", number);
        }

        return numbers.ToFrozenDictionary();
    }

    private static string? Annotation(ObjectMeta metadata, string name) => metadata.Annotations?.GetValueOrDefault("mirror.linkerd.io/" + name);
}
