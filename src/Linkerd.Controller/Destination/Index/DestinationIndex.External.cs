using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Policy.Core;
using Linkerd.Kubernetes;

namespace Linkerd.Controller.Destination.Index;

/// <summary>Endpoints outside of the cluster.</summary>
internal sealed partial class DestinationIndex
{
    private readonly ExternalWorkloadTable _workloads = new();

    /// <summary>Adds or replaces an ExternalWorkload.</summary>
    public void SetWorkload(ExternalWorkload workload)
    {
        lock (_lock)
            RefreshWorkload(workload.Name.Namespace, _workloads.Set(workload), workload);
    }

    /// <summary>Removes an ExternalWorkload, if it is there.</summary>
    public void RemoveWorkload(ExternalWorkloadName name)
    {
        lock (_lock)
        {
            if (_workloads.Remove(name) is { } old)
                RefreshWorkload(name.Namespace, old, null);
        }
    }

    /// <summary>They are few and change seldom: every Service of the namespace that someone watches is looked at again.</summary>
    private void RefreshWorkload(string ns, ExternalWorkload? old, ExternalWorkload? now)
    {
        foreach (var entry in _services.Values.Where(e => e.Name.Namespace == ns && e.IsWatched))
            Refresh(entry);
        foreach (var ip in (old?.Ips ?? []).Union(now?.Ips ?? []))
            RefreshAddress(ip);
    }

    private EndpointInfo? OnWorkload(SliceAddress address, ExternalWorkloadName name, EndpointKey key, string? zone)
    {
        // As with pods, the endpoint appears with what it is on.
        if (_workloads.Find(name) is not { } workload)
            return null;
        return _builder.OnWorkload(workload, key, IsOpaque(workload, key.Port), zone) with
        {
            Hostname = address.Hostname,
            NodeName = address.NodeName,
            ForZones = address.ForZones,
        };
    }

    /// <summary>The profile of an address that ExternalWorkloads have; null when several have it.</summary>
    private Profile.OfEndpoint? OfWorkloads(IReadOnlyList<ExternalWorkload> workloads, EndpointKey key) =>
        workloads is [var workload] ? OfEndpoint(_builder.OnWorkload(workload, key, IsOpaque(workload, key.Port), workload.Zone)) : null;

    private bool IsOpaque(ExternalWorkload workload, int port) =>
        _builder.OpaquePortsOf(workload).Contains(port)
        || (_opaqueServers.TryGetValue(workload.Name.Namespace, out var servers) && servers.Values.Any(s => Selects(s, workload, port)));

    private static bool Selects(PolicyServer server, ExternalWorkload workload, int port) =>
        server.ExternalWorkloadSelector is { } selector
        && (server.Port.IsNumber ? server.Port.Number : workload.NamedPort(server.Port.Text!)) == port
        && Selectors.Matches(selector, workload.Labels);
}
