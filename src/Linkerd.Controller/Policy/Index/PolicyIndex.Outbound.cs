using System.Net;
using Linkerd.Controller.Common;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Index;
using Linkerd.Controller.Policy.Core;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Policy.Index;

/// <summary>Outbound policy.</summary>
internal sealed partial class PolicyIndex
{
    private readonly Dictionary<ServiceName, PolicyService> _services = [];
    private readonly Dictionary<IPAddress, ServiceName> _clusterIps = [];
    private readonly Dictionary<(IPAddress? Ip, ServiceName Service), List<Watch<int, OutboundTarget>>> _outbound = [];

    public void SetService(Service service)
    {
        var info = PolicyService.Read(service);
        lock (_lock)
        {
            var old = _services.GetValueOrDefault(info.Name);
            _services[info.Name] = info;
            MoveClusterIps(info.Name, old?.ClusterIps ?? [], info.ClusterIps);
            RefreshService(info.Name, (old?.ClusterIps ?? []).Union(info.ClusterIps));
        }
    }

    public void RemoveService(Service service)
    {
        var name = new ServiceName(service.Metadata.Namespace ?? "", service.Metadata.Name ?? "");
        lock (_lock)
        {
            if (!_services.Remove(name, out var old))
                return;
            MoveClusterIps(name, old.ClusterIps, []);
            RefreshService(name, old.ClusterIps);
        }
    }

    /// <summary>Tells a listener what leads to an address or (when <paramref name="ip"/> is null) a Service, at once and after every change.</summary>
    /// <returns>The subscription; null when there is no policy for the target.</returns>
    public Subscription? SubscribeOutbound(IPAddress? ip, ServiceName service, int port, Action<OutboundTarget> listener)
    {
        lock (_lock)
        {
            var target = Resolve(ip, service, port);
            if (target is OutboundTarget.Unknown || _subscriptions >= MaxSubscriptions)
                return null;
            _subscriptions++;
            var watch = new Watch<int, OutboundTarget>(port, listener);
            var key = (ip, service);
            if (!_outbound.TryGetValue(key, out var watches))
                _outbound.Add(key, watches = []);
            watches.Add(watch);
            watch.Publish(target);
            return new Subscription(() =>
            {
                lock (_lock)
                {
                    _subscriptions--;
                    if (watches.Remove(watch) && watches.Count == 0)
                        _outbound.Remove(key);
                }
            });
        }
    }

    private void MoveClusterIps(ServiceName name, IReadOnlyList<IPAddress> old, IReadOnlyList<IPAddress> now)
    {
        foreach (var ip in old.Except(now))
        {
            if (_clusterIps.TryGetValue(ip, out var owner) && owner == name)
                _clusterIps.Remove(ip);
        }

        foreach (var ip in now)
            _clusterIps[ip] = name;
    }

    private void RefreshService(ServiceName name, IEnumerable<IPAddress> ips)
    {
        Refresh((null, name));
        foreach (var ip in ips)
            Refresh((ip, default));
    }

    private void RefreshOutbound(string ns)
    {
        foreach (var service in _services.Values.Where(s => s.Name.Namespace == ns && s.OpaquePorts is null))
            RefreshService(service.Name, service.ClusterIps);
    }

    private void Refresh((IPAddress? Ip, ServiceName Service) key)
    {
        foreach (var watch in _outbound.GetValueOrDefault(key) ?? [])
            watch.Publish(Resolve(key.Ip, key.Service, watch.Key));
    }

    private OutboundTarget Resolve(IPAddress? ip, ServiceName name, int port)
    {
        if (ip is not null && !_clusterIps.TryGetValue(ip, out name))
            return _settings.ClusterNetworks.Any(n => n.Contains(ip)) ? new OutboundTarget.Unknown() : new OutboundTarget.Outside(ip, port);
        if (!_services.TryGetValue(name, out var service))
            return new OutboundTarget.Unknown();
        if (!service.AppProtocols.ContainsKey(port))
            return new OutboundTarget.UndeclaredPort(name, port);
        var annotation = service.OpaquePorts ?? NamespaceAnnotation(name.Namespace, MeshAnnotation.OpaquePorts);
        var opaque = annotation is null ? _settings.DefaultOpaquePorts : PortSet.Parse(annotation);
        return new OutboundTarget.ServicePort(name, port, service.Protocol(port, opaque), service.Breaker, service.Tuning);
    }
}
