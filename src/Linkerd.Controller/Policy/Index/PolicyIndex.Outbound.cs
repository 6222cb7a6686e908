using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Index;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Conditions;
using Linkerd.Kubernetes.Models;
using Linkerd.Model;

namespace Linkerd.Controller.Policy.Index;

/// <summary>Outbound policy.</summary>
internal sealed partial class PolicyIndex
{
    private readonly Dictionary<OutboundKey, List<Watch<OutboundKey, ClientPolicy>>> _outbound = [];

    // The keys of _outbound by what they are about: a change of a Service looks at no others.
    private readonly Dictionary<ServiceName, HashSet<OutboundKey>> _keysOfService = [];
    private readonly Dictionary<IPAddress, HashSet<OutboundKey>> _keysOfAddress = [];

    public void SetService(Service service)
    {
        var info = PolicyService.Read(service);
        lock (_lock)
        {
            var isNew = _tables.Services.Get(info.Name) is null;
            RefreshService(info.Name, _tables.Services.Set(info));
            if (isNew)
                RefreshUsersOf(info.Name);
        }
    }

    public void RemoveService(Service service)
    {
        var name = new ServiceName(service.Metadata.Namespace ?? "", service.Metadata.Name ?? "");
        lock (_lock)
        {
            if (_tables.Services.Remove(name) is not { } addresses)
                return;
            RefreshService(name, addresses);
            RefreshUsersOf(name);
        }
    }

    public void SetRoute(PolicyRoute route)
    {
        lock (_lock)
        {
            var table = _tables.Routes(route.Kind, route.Meta.Group);
            var old = table.Get(route.Name.Namespace, route.Name.Name);
            table.Set(route);
            RefreshParents([.. old?.Parents ?? [], .. route.Parents]);
        }
    }

    public void RemoveRoute(RouteKind kind, string group, ResourceName name)
    {
        lock (_lock)
        {
            var table = _tables.Routes(kind, group);
            if (table.Get(name.Namespace, name.Name) is not { } old)
                return;
            table.Remove(name);
            RefreshParents(old.Parents);
        }
    }

    public void SetEgressNetwork(EgressNetwork network)
    {
        lock (_lock)
        {
            _tables.EgressNetworks.Set(network);
            RefreshOutside();
        }
    }

    public void RemoveEgressNetwork(ResourceName name)
    {
        lock (_lock)
        {
            _tables.EgressNetworks.Remove(name);
            RefreshOutside();
        }
    }

    /// <summary>What the statuses of policy resources should say.</summary>
    public IReadOnlyDictionary<StatusKey, JsonObject> Statuses(string now)
    {
        lock (_lock)
            return new StatusResolver(_settings, _tables).All(now);
    }

    /// <summary>Grows with every change after which <see cref="Statuses"/> may say something else.</summary>
    public long StatusChanges
    {
        get
        {
            lock (_lock)
                return _tables.StatusChanges;
        }
    }

    /// <summary>Tells a listener how traffic to a target is routed, at once and after every change; last of all <see cref="OutboundResolver.None"/> when the target is gone.</summary>
    /// <returns>The subscription; null when there is no policy for the target.</returns>
    public Subscription? SubscribeOutbound(OutboundKey key, Action<ClientPolicy> listener)
    {
        lock (_lock)
        {
            var policy = Resolve(key);
            if (ReferenceEquals(policy, OutboundResolver.None) || _subscriptions >= MaxSubscriptions)
                return null;
            _subscriptions++;
            var watch = new Watch<OutboundKey, ClientPolicy>(key, listener, ClientPolicyComparer.Instance);
            if (!_outbound.TryGetValue(key, out var watches))
            {
                _outbound.Add(key, watches = []);
                AddKey(key);
            }

            watches.Add(watch);
            watch.Publish(policy);
            return new Subscription(() =>
            {
                lock (_lock)
                {
                    _subscriptions--;
                    if (!watches.Remove(watch) || watches.Count > 0)
                        return;
                    _outbound.Remove(key);
                    RemoveKey(key);
                }
            });
        }
    }

    private void AddKey(OutboundKey key)
    {
        if (key.Ip is null)
            Add(_keysOfService, key.Service);
        else
            Add(_keysOfAddress, key.Ip);

        void Add<T>(Dictionary<T, HashSet<OutboundKey>> keys, T about)
            where T : notnull
        {
            if (!keys.TryGetValue(about, out var known))
                keys.Add(about, known = []);
            known.Add(key);
        }
    }

    private void RemoveKey(OutboundKey key)
    {
        if (key.Ip is null)
            Remove(_keysOfService, key.Service);
        else
            Remove(_keysOfAddress, key.Ip);

        void Remove<T>(Dictionary<T, HashSet<OutboundKey>> keys, T about)
            where T : notnull
        {
            if (keys.TryGetValue(about, out var known) && known.Remove(key) && known.Count == 0)
                keys.Remove(about);
        }
    }

    private void RefreshService(ServiceName name, IReadOnlyList<IPAddress> ips)
    {
        Refresh(_keysOfService.GetValueOrDefault(name) ?? []);
        foreach (var ip in ips)
            Refresh(_keysOfAddress.GetValueOrDefault(ip) ?? []);
    }

    /// <summary>Opaque ports may come from the namespace.</summary>
    private void RefreshOutbound(string ns)
    {
        foreach (var service in _tables.Services.All.Where(s => s.Name.Namespace == ns && s.OpaquePorts is null).ToList())
            RefreshService(service.Name, service.ClusterIps);
    }

    /// <summary>A Service that comes or goes changes the routes that name it as a backend.</summary>
    private void RefreshUsersOf(ServiceName name)
    {
        foreach (var kind in Enum.GetValues<RouteKind>())
        {
            foreach (var route in _tables.AllRoutes(kind).Where(r => r.Rules.Any(rule => rule.Backends.Any(b => b.Target.Namespace == name.Namespace && b.Target.Name == name.Name))).ToList())
                RefreshParents(route.Parents);
        }
    }

    private void RefreshParents(IReadOnlyList<RouteParent> parents)
    {
        foreach (var target in parents.Where(static p => p.IsServer).Select(static p => p.Target.Namespace).Distinct())
            RefreshInbound(target);
        foreach (var parent in parents.Where(static p => p.IsService).Select(static p => new ServiceName(p.Target.Namespace, p.Target.Name)).Distinct())
            RefreshService(parent, _tables.Services.Get(parent)?.ClusterIps ?? []);
        if (parents.Any(static p => p.IsEgressNetwork))
            RefreshOutside();
    }

    private void RefreshOutside()
    {
        foreach (var (ip, keys) in _keysOfAddress)
        {
            if (_tables.Services.At(ip) is null)
                Refresh(keys);
        }
    }

    private void Refresh(HashSet<OutboundKey> keys)
    {
        foreach (var key in keys)
        {
            var policy = Resolve(key);
            foreach (var watch in _outbound[key])
                watch.Publish(policy);
        }
    }

    private ClientPolicy Resolve(OutboundKey key) => _outboundResolver.Policy(Target(key), key.ClientNamespace);

    private OutboundTarget Target(OutboundKey key)
    {
        var service = key.Ip is null ? _tables.Services.Get(key.Service) : _tables.Services.At(key.Ip);
        if (service is not null)
        {
            if (!service.AppProtocols.ContainsKey(key.Port))
                return new OutboundTarget.UndeclaredPort(service.Name, key.Port);
            var annotation = service.OpaquePorts ?? NamespaceAnnotation(service.Name.Namespace, MeshAnnotation.OpaquePorts);
            var opaque = annotation is null ? _settings.DefaultOpaquePorts : PortSet.Parse(annotation);
            return new OutboundTarget.ServicePort(service.Name, key.Port, service.Protocol(key.Port, opaque), service.Settings);
        }

        if (key.Ip is null)
            return new OutboundTarget.Unknown();
        if (EgressNetworkFor(key.Ip, key.ClientNamespace) is { } network)
            return new OutboundTarget.Egress(network, key.Ip, key.Port);
        return _settings.ClusterNetworks.Any(n => n.Contains(key.Ip)) ? new OutboundTarget.Unknown() : new OutboundTarget.Outside(key.Ip, key.Port);
    }

    /// <summary>The network that covers an address most closely: of the client's namespace, else of the one for all.</summary>
    private EgressNetwork? EgressNetworkFor(IPAddress ip, string clientNamespace)
    {
        foreach (var ns in new[] { clientNamespace, _settings.GlobalEgressNamespace })
        {
            var best = _tables.EgressNetworks.In(ns)
                .Where(n => !n.Overlaps(_settings.ClusterNetworks))
                .Select(n => (Network: n, Prefix: n.Covers(ip, _settings.ClusterNetworks)))
                .Where(static n => n.Prefix is not null)
                .OrderByDescending(static n => n.Prefix)
                .FirstOrDefault().Network;
            if (best is not null)
                return best;
        }

        return null;
    }
}
