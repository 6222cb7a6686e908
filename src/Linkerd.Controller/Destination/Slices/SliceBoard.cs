using System.Threading.Channels;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Index;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Destination.Slices;

/// <summary>
/// What the informers say of Services, ExternalWorkloads and the slices of this controller, and which Services must be looked
/// at because of it. Without ExternalWorkloads and slices of ours no Service ever is.
/// </summary>
/// <param name="type">The version of EndpointSlices that the cluster has.</param>
internal sealed class SliceBoard(ResourceType<EndpointSlice> type)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<string, Service>> _services = [];
    private readonly Dictionary<string, Dictionary<string, ExternalWorkload>> _workloads = [];
    private readonly Dictionary<ServiceName, Dictionary<string, EndpointSlice>> _slices = [];
    private readonly Dictionary<(string Namespace, string Name), ServiceName> _serviceOfSlice = [];
    private readonly HashSet<ServiceName> _marked = [];
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public ResourceType<EndpointSlice> Type => type;

    public void SetService(Service service)
    {
        var name = NameOf(service.Metadata);
        lock (_lock)
        {
            In(_services, name.Namespace)[name.Name] = Kept(service);
            MarkNow(name);
        }
    }

    /// <summary>Its slices go by their owner reference.</summary>
    public void RemoveService(Service service)
    {
        var name = NameOf(service.Metadata);
        lock (_lock)
            Out(_services, name.Namespace, name.Name);
    }

    public void SetWorkload(ExternalWorkload workload)
    {
        lock (_lock)
        {
            var workloads = In(_workloads, workload.Name.Namespace);
            var old = workloads.GetValueOrDefault(workload.Name.Name);
            workloads[workload.Name.Name] = workload;
            MarkServicesOf(old, workload);
        }
    }

    public void RemoveWorkload(ExternalWorkloadName name)
    {
        lock (_lock)
        {
            if (Out(_workloads, name.Namespace, name.Name) is { } old)
                MarkServicesOf(old, null);
        }
    }

    public void SetSlice(EndpointSlice slice)
    {
        var (ns, name) = (slice.Metadata.Namespace ?? "", slice.Metadata.Name ?? "");
        ServiceName? service = slice.Metadata.Labels is { } labels && labels.GetValueOrDefault(SlicePlanner.ManagedByLabel) == SlicePlanner.ManagedBy
            ? new ServiceName(ns, labels.GetValueOrDefault(SlicePlanner.ServiceNameLabel, ""))
            : null;
        lock (_lock)
        {
            if (_serviceOfSlice.TryGetValue((ns, name), out var before) && before != service)
                RemoveSlice(ns, name);
            if (service is not { } now)
                return;
            if (!_slices.TryGetValue(now, out var slices))
                _slices.Add(now, slices = []);
            slices[name] = slice;
            _serviceOfSlice[(ns, name)] = now;
            MarkNow(now);
        }
    }

    public void RemoveSlice(EndpointSlice slice)
    {
        lock (_lock)
            RemoveSlice(slice.Metadata.Namespace ?? "", slice.Metadata.Name ?? "");
    }

    /// <summary>Every Service must be looked at, as when this replica begins to write.</summary>
    public void MarkAll()
    {
        lock (_lock)
        {
            foreach (var (ns, services) in _services)
            {
                foreach (var name in services.Keys)
                    MarkNow(new ServiceName(ns, name));
            }
        }
    }

    /// <summary>A Service must be looked at again.</summary>
    public void Mark(ServiceName name)
    {
        lock (_lock)
            MarkNow(name);
    }

    /// <summary>Completes when a Service has been marked.</summary>
    public async Task WaitAsync(CancellationToken cancel) => await _news.Reader.ReadAsync(cancel);

    /// <summary>The Services that are marked, and none are any more.</summary>
    public IReadOnlyList<ServiceName> TakeMarked()
    {
        lock (_lock)
        {
            ServiceName[] marked = [.. _marked];
            _marked.Clear();
            return marked;
        }
    }

    /// <summary>What is known of a Service now; null for one that is gone or going.</summary>
    public SliceState? Read(ServiceName name)
    {
        lock (_lock)
        {
            if (_services.GetValueOrDefault(name.Namespace)?.GetValueOrDefault(name.Name) is not { Metadata.DeletionTimestamp: null } service)
                return null;
            var workloads = _workloads.GetValueOrDefault(name.Namespace)?.Values.Where(w => WorkloadEndpoints.Selects(service, w.Labels)) ?? [];
            return new SliceState(service, [.. workloads], [.. _slices.GetValueOrDefault(name)?.Values ?? Enumerable.Empty<EndpointSlice>()]);
        }
    }

    /// <summary>A part of each Service: there may be very many.</summary>
    private static Service Kept(Service service)
    {
        var (metadata, spec) = (service.Metadata, service.Spec ?? new ServiceSpec());
        return new Service
        {
            Metadata = new() { Namespace = metadata.Namespace, Name = metadata.Name, Uid = metadata.Uid, Labels = metadata.Labels, DeletionTimestamp = metadata.DeletionTimestamp },
            Spec = new() { Type = spec.Type, ClusterIP = spec.ClusterIP, Selector = spec.Selector, Ports = spec.Ports, IpFamilies = spec.IpFamilies },
        };
    }

    private void RemoveSlice(string ns, string name)
    {
        if (!_serviceOfSlice.Remove((ns, name), out var service) || !_slices.TryGetValue(service, out var slices))
            return;
        slices.Remove(name);
        if (slices.Count == 0)
            _slices.Remove(service);
        MarkNow(service);
    }

    private void MarkServicesOf(ExternalWorkload? old, ExternalWorkload? now)
    {
        var ns = (now ?? old)!.Name.Namespace;
        foreach (var service in _services.GetValueOrDefault(ns)?.Values ?? Enumerable.Empty<Service>())
        {
            if ((old is not null && WorkloadEndpoints.Selects(service, old.Labels)) || (now is not null && WorkloadEndpoints.Selects(service, now.Labels)))
                MarkNow(NameOf(service.Metadata));
        }
    }

    private void MarkNow(ServiceName name)
    {
        if (!_workloads.ContainsKey(name.Namespace) && !_slices.ContainsKey(name))
            return;
        _marked.Add(name);
        _news.Writer.TryWrite(true);
    }

    private static Dictionary<string, T> In<T>(Dictionary<string, Dictionary<string, T>> all, string ns)
    {
        if (!all.TryGetValue(ns, out var inside))
            all.Add(ns, inside = []);
        return inside;
    }

    private static T? Out<T>(Dictionary<string, Dictionary<string, T>> all, string ns, string name)
        where T : class
    {
        if (!all.TryGetValue(ns, out var inside) || !inside.Remove(name, out var value))
            return null;
        if (inside.Count == 0)
            all.Remove(ns);
        return value;
    }

    private static ServiceName NameOf(ObjectMeta metadata) => new(metadata.Namespace ?? "", metadata.Name ?? "");
}
