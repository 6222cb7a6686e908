using System.Net;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Destination.Core;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Destination.Index;

/// <summary>
/// Endpoints and profiles from what the informers say. One lock guards all of it: events are short and touch only the
/// Services and clients that they concern.
/// </summary>
internal sealed partial class DestinationIndex(DestinationSettings settings)
{
    /// <summary>Most streams of both kinds that are served at once.</summary>
    public const int MaxSubscriptions = 200_000;

    private const string ZoneLabel = "topology.kubernetes.io/zone";
    private const string OldZoneLabel = "failure-domain.beta.kubernetes.io/zone";
    private const string ServiceNameLabel = "kubernetes.io/service-name";

    private readonly Lock _lock = new();
    private readonly EndpointBuilder _builder = new(settings);
    private readonly PodTable _pods = new();
    private readonly Dictionary<ServiceName, ServiceEntry> _services = [];
    private readonly Dictionary<IPAddress, List<ServiceName>> _clusterIps = [];
    private readonly Dictionary<PodName, HashSet<ServiceName>> _servicesOfPod = [];
    private readonly Dictionary<string, string> _zoneOfNode = [];
    private readonly Dictionary<string, string> _opaqueOfNamespace = [];
    private readonly Dictionary<IPAddress, List<ProfileWatch>> _byAddress = [];
    private int _subscriptions;

    /// <summary>Zone of a node, empty when unknown.</summary>
    public string ZoneOf(string nodeName)
    {
        lock (_lock)
            return _zoneOfNode.GetValueOrDefault(nodeName, "");
    }

    public void SetService(Service service)
    {
        var info = ServiceInfo.Read(service);
        lock (_lock)
        {
            var entry = Entry(info.Name);
            var old = entry.Info;
            entry.Info = info;
            MoveClusterIps(info.Name, old?.ClusterIps ?? [], info.ClusterIps);
            Refresh(entry);
        }
    }

    public void RemoveService(Service service)
    {
        var name = new ServiceName(service.Metadata.Namespace ?? "", service.Metadata.Name ?? "");
        lock (_lock)
        {
            if (!_services.TryGetValue(name, out var entry) || entry.Info is not { } old)
                return;
            entry.Info = null;
            MoveClusterIps(name, old.ClusterIps, []);
            Refresh(entry);
            Vacate(entry);
        }
    }

    public void SetSlice(EndpointSlice slice)
    {
        if (ServiceOf(slice.Metadata) is { } name)
            SetSlices(name, slice.Metadata.Name ?? "", [Slice.Read(slice)]);
    }

    public void RemoveSlice(EndpointSlice slice)
    {
        if (ServiceOf(slice.Metadata) is { } name)
            RemoveSlices(name, slice.Metadata.Name ?? "");
    }

    public void SetEndpoints(Endpoints endpoints) =>
        SetSlices(new ServiceName(endpoints.Metadata.Namespace ?? "", endpoints.Metadata.Name ?? ""), "", [.. Slice.Read(endpoints)]);

    public void RemoveEndpoints(Endpoints endpoints) =>
        RemoveSlices(new ServiceName(endpoints.Metadata.Namespace ?? "", endpoints.Metadata.Name ?? ""), "");

    public void SetPod(PodInfo pod)
    {
        lock (_lock)
        {
            var old = _pods.Set(pod);
            RefreshPod(new PodName(pod.Namespace, pod.Name), old, pod);
        }
    }

    /// <summary>Changes a pod if it is known.</summary>
    public bool UpdatePod(PodName name, Func<PodInfo, PodInfo> change)
    {
        lock (_lock)
        {
            if (_pods.Find(name) is not { } old)
                return false;
            var pod = change(old);
            if (ReferenceEquals(pod, old))
                return true;
            _pods.Set(pod);
            RefreshPod(name, old, pod);
            return true;
        }
    }

    public void RemovePod(PodName name)
    {
        lock (_lock)
        {
            if (_pods.Remove(name) is { } old)
                RefreshPod(name, old, null);
        }
    }

    public void SetNode(Node node)
    {
        var name = node.Metadata.Name ?? "";
        var zone = node.Metadata.Labels?.GetValueOrDefault(ZoneLabel) ?? node.Metadata.Labels?.GetValueOrDefault(OldZoneLabel) ?? "";
        lock (_lock)
        {
            if (_zoneOfNode.GetValueOrDefault(name, "") == zone)
                return;
            _zoneOfNode[name] = zone;
            foreach (var entry in _services.Values.Where(static e => e.Views.Count > 0))
                Refresh(entry);
        }
    }

    public void RemoveNode(Node node)
    {
        lock (_lock)
            _zoneOfNode.Remove(node.Metadata.Name ?? "");
    }

    public void SetNamespace(Namespace ns) => SetNamespaceOpaque(ns.Metadata.Name ?? "", ns.Metadata.Annotations?.GetValueOrDefault(MeshAnnotation.OpaquePorts));

    public void RemoveNamespace(Namespace ns) => SetNamespaceOpaque(ns.Metadata.Name ?? "", null);

    private void SetNamespaceOpaque(string ns, string? opaque)
    {
        lock (_lock)
        {
            if (_opaqueOfNamespace.GetValueOrDefault(ns) == opaque)
                return;
            if (opaque is null)
                _opaqueOfNamespace.Remove(ns);
            else
                _opaqueOfNamespace[ns] = opaque;
            RefreshNamespace(ns);
        }
    }

    private void RefreshNamespace(string ns)
    {
        foreach (var entry in _services.Values.Where(e => e.Name.Namespace == ns && e.IsWatched))
            Refresh(entry);
        foreach (var watch in _byAddress.Values.SelectMany(static w => w))
            watch.PublishIfKnown(Resolve(watch.Target));
    }

    private void SetSlices(ServiceName name, string key, Slice[] slices)
    {
        lock (_lock)
        {
            var entry = Entry(name);
            entry.Slices[key] = slices;
            TrackPods(entry);
            Refresh(entry);
        }
    }

    private void RemoveSlices(ServiceName name, string key)
    {
        lock (_lock)
        {
            if (!_services.TryGetValue(name, out var entry) || !entry.Slices.Remove(key))
                return;
            TrackPods(entry);
            Refresh(entry);
            Vacate(entry);
        }
    }

    private void MoveClusterIps(ServiceName name, IReadOnlyList<IPAddress> old, IReadOnlyList<IPAddress> now)
    {
        foreach (var ip in old.Except(now))
        {
            if (_clusterIps.TryGetValue(ip, out var names) && names.Remove(name) && names.Count == 0)
                _clusterIps.Remove(ip);
        }

        foreach (var ip in now.Except(old))
        {
            if (!_clusterIps.TryGetValue(ip, out var names))
                _clusterIps.Add(ip, names = []);
            names.Add(name);
        }

        foreach (var ip in old.Union(now))
            RefreshAddress(ip);
    }

    private void RefreshPod(PodName name, PodInfo? old, PodInfo? now)
    {
        foreach (var service in _servicesOfPod.GetValueOrDefault(name) ?? [])
            Refresh(_services[service]);
        var addresses = (old is null ? [] : PodTable.Reachable(old)).Union(now is null ? [] : PodTable.Reachable(now));
        foreach (var ip in addresses)
            RefreshAddress(ip);
    }

    private void RefreshAddress(IPAddress ip)
    {
        foreach (var watch in _byAddress.GetValueOrDefault(ip) ?? [])
            watch.PublishIfKnown(Resolve(watch.Target));
    }

    private void Refresh(ServiceEntry entry)
    {
        foreach (var view in entry.Views.Values)
            view.Publish(Build(entry, view.Port), entry.Info?.LocalTrafficOnly ?? false);
        foreach (var watch in entry.Profiles)
            watch.PublishIfKnown(Resolve(watch.Target));
    }

    /// <summary>Keeps the way from pods to the entries that someone watches; other entries cost nothing per pod.</summary>
    private void TrackPods(ServiceEntry entry)
    {
        HashSet<PodName> now = entry.IsWatched
            ? [.. entry.Slices.Values.SelectMany(static s => s).SelectMany(static s => s.Addresses).Select(static a => a.Pod).OfType<PodName>()]
            : [];
        foreach (var gone in entry.Pods.Except(now))
        {
            if (_servicesOfPod.TryGetValue(gone, out var services) && services.Remove(entry.Name) && services.Count == 0)
                _servicesOfPod.Remove(gone);
        }

        foreach (var come in now.Except(entry.Pods))
        {
            if (!_servicesOfPod.TryGetValue(come, out var services))
                _servicesOfPod.Add(come, services = []);
            services.Add(entry.Name);
        }

        entry.Pods = now;
    }

    private ServiceEntry Entry(ServiceName name)
    {
        if (!_services.TryGetValue(name, out var entry))
            _services.Add(name, entry = new ServiceEntry(name));
        return entry;
    }

    private void Vacate(ServiceEntry entry)
    {
        if (entry.IsVacant)
            _services.Remove(entry.Name);
    }

    private static ServiceName? ServiceOf(ObjectMeta slice) =>
        slice.Labels?.GetValueOrDefault(ServiceNameLabel) is { Length: > 0 } name ? new ServiceName(slice.Namespace ?? "", name) : null;
}
