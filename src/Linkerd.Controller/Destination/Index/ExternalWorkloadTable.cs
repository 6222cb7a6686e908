using System.Net;
using Linkerd.Controller.Destination.Core;

namespace Linkerd.Controller.Destination.Index;

/// <summary>ExternalWorkloads by name and by address. Not thread-safe: the index that owns it has the lock.</summary>
internal sealed class ExternalWorkloadTable
{
    private readonly Dictionary<ExternalWorkloadName, ExternalWorkload> _byName = [];
    private readonly Dictionary<IPAddress, List<ExternalWorkload>> _byIp = [];

    public ExternalWorkload? Find(ExternalWorkloadName name) => _byName.GetValueOrDefault(name);

    /// <summary>Puts or replaces a workload; returns what it replaced.</summary>
    public ExternalWorkload? Set(ExternalWorkload workload)
    {
        var old = Remove(workload.Name);
        _byName[workload.Name] = workload;
        foreach (var ip in workload.Ips)
        {
            if (!_byIp.TryGetValue(ip, out var workloads))
                _byIp.Add(ip, workloads = []);
            workloads.Add(workload);
        }

        return old;
    }

    public ExternalWorkload? Remove(ExternalWorkloadName name)
    {
        if (!_byName.Remove(name, out var old))
            return null;
        foreach (var ip in old.Ips)
        {
            if (_byIp.TryGetValue(ip, out var workloads) && workloads.Remove(old) && workloads.Count == 0)
                _byIp.Remove(ip);
        }

        return old;
    }

    /// <summary>The workloads that say that they have a port at an address; more than one contradict each other.</summary>
    public IReadOnlyList<ExternalWorkload> At(IPAddress ip, int port) =>
        _byIp.TryGetValue(ip, out var workloads) ? workloads.FindAll(w => w.Has(port)) : [];
}
