using System.Net;
using System.Net.Sockets;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Network;

namespace Linkerd.Local.Dns;

/// <summary>The names of the cluster (Kubernetes' DNS specification): Services, their endpoints, pods by address, and the way back.</summary>
internal sealed class ClusterZone(Informer<Service> services, Informer<EndpointSlice> slices, string domain)
{
    private readonly string _services = "svc." + domain;
    private readonly string _pods = "pod." + domain;

    /// <summary>The cluster's domain.</summary>
    public string Domain => domain;

    /// <summary>Whether a name is for this zone to answer, also when it does not exist.</summary>
    public bool Owns(string name) => name == domain || name.EndsWith("." + domain, StringComparison.Ordinal) || OwnReverse(name);

    /// <summary>The records of a name; null when there is no such name.</summary>
    public IReadOnlyList<DnsRecord>? Find(string name, DnsType type)
    {
        if (name.EndsWith(".in-addr.arpa", StringComparison.Ordinal))
            return Reverse(name) is { } target ? [new DnsRecord(name, DnsType.Pointer) { Target = target }] : null;
        if (Below(name, _pods) is [var dashed, var podNamespace])
            return PodAddress(name, dashed, podNamespace, type);
        if (name == domain || name == _services || name == _pods)
            return [];
        var labels = Below(name, _services);
        return labels switch
        {
            [_] => services.Items.Any(s => s.Metadata.Namespace == labels[0]) ? [] : null,
            [var service, var ns] => ServiceRecords(name, service, ns, type),
            [var host, var service, var ns] when !host.StartsWith('_') => HostRecords(name, host, service, ns, type),
            [var port, var protocol, var service, var ns] when port.StartsWith('_') && protocol.StartsWith('_') => PortRecords(name, port[1..], protocol[1..], service, ns),
            _ => null,
        };
    }

    private static string[]? Below(string name, string zone) =>
        name.EndsWith("." + zone, StringComparison.Ordinal) ? name[..^(zone.Length + 1)].Split('.') : null;

    private static bool OwnReverse(string name) =>
        TryAddress(name, out var address) && (NodeNetwork.PodRange.Contains(address) || address.GetAddressBytes() is [10, 96, ..]);

    private static bool TryAddress(string name, out IPAddress address)
    {
        address = IPAddress.None;
        return Below(name, "in-addr.arpa") is [var d, var c, var b, var a] && IPAddress.TryParse($"{a}.{b}.{c}.{d}", out address!);
    }

    private static List<DnsRecord>? PodAddress(string name, string dashed, string ns, DnsType type)
    {
        if (ns.Length == 0 || !IPAddress.TryParse(dashed.Replace('-', '.'), out var address) || address.AddressFamily != AddressFamily.InterNetwork)
            return null;
        return type is DnsType.Address or DnsType.Any ? [new DnsRecord(name, DnsType.Address) { Address = address }] : [];
    }

    private List<DnsRecord>? ServiceRecords(string name, string service, string ns, DnsType type)
    {
        if (services.Get(ns, service)?.Spec is not { } spec)
            return null;
        if (spec is { Type: "ExternalName", ExternalName: { Length: > 0 } external })
            return External(name, external.TrimEnd('.').ToLowerInvariant(), type);
        var addresses = spec.ClusterIP is "None" or null or "" ? Endpoints(ns, service).Select(static e => e.Address).Distinct() : [spec.ClusterIP];
        return type switch
        {
            DnsType.Address or DnsType.Any => [.. addresses.OrderBy(static _ => Random.Shared.Next()).Select(a => Record(name, a))],
            DnsType.Service => [.. (spec.Ports ?? []).SelectMany(p => ServiceTargets(name, p, service, ns, spec))],
            _ => [],
        };
    }

    // The client asks for an address: what the external name leads to inside the cluster comes along.
    private List<DnsRecord> External(string name, string external, DnsType type)
    {
        List<DnsRecord> records = [new DnsRecord(name, DnsType.Canonical) { Target = external }];
        if (type != DnsType.Canonical && Owns(external) && external != name)
            records.AddRange(Find(external, type) ?? []);
        return records;
    }

    private List<DnsRecord>? HostRecords(string name, string host, string service, string ns, DnsType type)
    {
        var found = Endpoints(ns, service).Where(e => e.Host == host).Select(static e => e.Address).Distinct().ToList();
        if (found.Count == 0)
            return null;
        return type is DnsType.Address or DnsType.Any ? [.. found.Select(a => Record(name, a))] : [];
    }

    private List<DnsRecord>? PortRecords(string name, string port, string protocol, string service, string ns)
    {
        if (services.Get(ns, service)?.Spec is not { } spec)
            return null;
        var match = (spec.Ports ?? []).FirstOrDefault(p => p.Name == port && string.Equals(p.Protocol ?? "TCP", protocol, StringComparison.OrdinalIgnoreCase));
        return match is null ? null : [.. ServiceTargets(name, match, service, ns, spec)];
    }

    private IEnumerable<DnsRecord> ServiceTargets(string name, ServicePort port, string service, string ns, ServiceSpec spec)
    {
        if (spec.ClusterIP is not ("None" or null or ""))
            return [new DnsRecord(name, DnsType.Service) { Port = (ushort)(port.Port ?? 0), Target = $"{service}.{ns}.{_services}" }];
        return Endpoints(ns, service).Where(e => e.PortName == (port.Name ?? ""))
            .Select(e => new DnsRecord(name, DnsType.Service) { Port = (ushort)e.Port, Target = $"{e.Host}.{service}.{ns}.{_services}" });
    }

    // An endpoint is known by its host name, or by its address with dashes.
    private IEnumerable<(string Host, string Address, string PortName, int Port)> Endpoints(string ns, string service)
    {
        foreach (var slice in slices.Items)
        {
            if (slice.Metadata.Namespace != ns || slice.Metadata.Labels?.GetValueOrDefault(ServiceEndpoints.ServiceLabel) != service)
                continue;
            foreach (var endpoint in slice.Endpoints ?? [])
            {
                if (endpoint.Conditions?.Ready == false)
                    continue;
                foreach (var address in endpoint.Addresses ?? [])
                {
                    var host = endpoint.Hostname is { Length: > 0 } given ? given : address.Replace('.', '-');
                    if (slice.Ports is not { Count: > 0 } ports)
                        yield return (host, address, "", 0);
                    else
                    {
                        foreach (var port in ports)
                            yield return (host, address, port.Name ?? "", port.Port ?? 0);
                    }
                }
            }
        }
    }

    private string? Reverse(string name)
    {
        if (!TryAddress(name, out var address))
            return null;
        var text = address.ToString();
        if (services.Items.FirstOrDefault(s => s.Spec?.ClusterIP == text) is { } service)
            return $"{service.Metadata.Name}.{service.Metadata.Namespace}.{_services}";
        foreach (var slice in slices.Items)
        {
            foreach (var endpoint in slice.Endpoints ?? [])
            {
                if ((endpoint.Addresses ?? []).Contains(text) && slice.Metadata.Labels?.GetValueOrDefault(ServiceEndpoints.ServiceLabel) is { } owner)
                    return $"{(endpoint.Hostname is { Length: > 0 } host ? host : text.Replace('.', '-'))}.{owner}.{slice.Metadata.Namespace}.{_services}";
            }
        }

        return null;
    }

    private static DnsRecord Record(string name, string address) => new(name, DnsType.Address) { Address = IPAddress.Parse(address) };
}
