using System.Net;
using Linkerd.Controller.Destination.Core;

namespace Linkerd.Controller.Policy.Index;

/// <summary>Services by name and by cluster address; not synchronised.</summary>
internal sealed class ServiceTable
{
    private readonly Dictionary<ServiceName, PolicyService> _services = [];
    private readonly Dictionary<IPAddress, ServiceName> _clusterIps = [];

    /// <summary>How often one was set or removed.</summary>
    public long Changes { get; private set; }

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<PolicyService> All => _services.Values;

    /// <summary>The Service, or null.</summary>
    public PolicyService? Get(ServiceName name) => _services.GetValueOrDefault(name);

    /// <summary>The Service that has the address, or null.</summary>
    public PolicyService? At(IPAddress ip) => _clusterIps.TryGetValue(ip, out var name) ? Get(name) : null;

    /// <summary>Adds or replaces one.</summary>
    /// <returns>Addresses that it had or has.</returns>
    public IReadOnlyList<IPAddress> Set(PolicyService service)
    {
        Changes++;
        var old = Get(service.Name)?.ClusterIps ?? [];
        _services[service.Name] = service;
        Move(service.Name, old, service.ClusterIps);
        return [.. old.Union(service.ClusterIps)];
    }

    /// <summary>Removes one.</summary>
    /// <returns>Addresses that it had; null when it is not there.</returns>
    public IReadOnlyList<IPAddress>? Remove(ServiceName name)
    {
        if (!_services.Remove(name, out var old))
            return null;
        Changes++;
        Move(name, old.ClusterIps, []);
        return old.ClusterIps;
    }

    private void Move(ServiceName name, IReadOnlyList<IPAddress> old, IReadOnlyList<IPAddress> now)
    {
        foreach (var ip in old.Except(now))
        {
            if (_clusterIps.TryGetValue(ip, out var owner) && owner == name)
                _clusterIps.Remove(ip);
        }

        foreach (var ip in now)
            _clusterIps[ip] = name;
    }
}
