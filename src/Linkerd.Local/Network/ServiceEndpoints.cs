using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Network;

/// <summary>Reads EndpointSlices as a proxy does: the ready ones, or while there are none those that still serve as they end.</summary>
internal static class ServiceEndpoints
{
    /// <summary>The label that ties a slice to its Service.</summary>
    public const string ServiceLabel = "kubernetes.io/service-name";

    /// <summary>Slices by Service.</summary>
    public static ILookup<(string Namespace, string Service), EndpointSlice> Index(IEnumerable<EndpointSlice> slices) =>
        slices.ToLookup(static s => (s.Metadata.Namespace ?? "", s.Metadata.Labels?.GetValueOrDefault(ServiceLabel) ?? ""));

    /// <summary>Where one port of a Service leads, in a stable order.</summary>
    public static IEnumerable<ServiceEndpoint> Of(Service service, ServicePort port, ILookup<(string Namespace, string Service), EndpointSlice> slices)
    {
        var ready = new SortedSet<(string, int)>();
        var ending = new SortedSet<(string, int)>();
        foreach (var slice in slices[(service.Metadata.Namespace ?? "", service.Metadata.Name ?? "")])
        {
            if (slice.AddressType is not (null or "IPv4"))
                continue;
            var match = (slice.Ports ?? []).FirstOrDefault(p => (p.Name ?? "") == (port.Name ?? "") && (p.Protocol ?? "TCP") == (port.Protocol ?? "TCP"));
            if (match?.Port is not { } number)
                continue;
            foreach (var endpoint in slice.Endpoints ?? [])
            {
                var target = endpoint.Conditions?.Ready != false ? ready : endpoint.Conditions is { Serving: true, Terminating: true } ? ending : null;
                foreach (var address in endpoint.Addresses ?? [])
                    target?.Add((address, number));
            }
        }

        return (ready.Count != 0 ? ready : ending).Select(static e => new ServiceEndpoint(e.Item1, e.Item2));
    }
}
