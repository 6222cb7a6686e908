using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Destination.Index;
using Linkerd.Controller.Policy.Core;
using Linkerd.Kubernetes.Models;
using Linkerd.Model;

namespace Linkerd.Controller.Policy.Index;

/// <summary>Inbound policy of workloads and outbound policy of Services; one lock guards all of it.</summary>
internal sealed partial class PolicyIndex
{
    /// <summary>Most streams of both kinds that are served at once.</summary>
    public const int MaxSubscriptions = 200_000;

    private readonly Lock _lock = new();
    private readonly PolicySettings _settings;
    private readonly PolicyTables _tables = new();
    private readonly InboundResolver _inboundResolver;
    private readonly OutboundResolver _outboundResolver;
    private readonly Dictionary<WorkloadName, WorkloadPorts> _workloads = [];
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _namespaces = [];
    private readonly Dictionary<WorkloadName, List<Watch<int, ServerPolicy>>> _inbound = [];
    private int _subscriptions;

    public PolicyIndex(PolicySettings settings)
    {
        _settings = settings;
        _inboundResolver = new InboundResolver(settings, _tables);
        _outboundResolver = new OutboundResolver(settings, _tables);
    }

    public void SetWorkload(WorkloadPorts workload)
    {
        lock (_lock)
        {
            _workloads[workload.Name] = workload;
            Refresh(workload.Name);
        }
    }

    public void RemoveWorkload(WorkloadName name)
    {
        lock (_lock)
            _workloads.Remove(name);
    }

    public void SetNamespace(Namespace ns) => SetNamespace(ns.Metadata.Name ?? "", PodReader.MeshAnnotations(ns.Metadata.Annotations));

    public void RemoveNamespace(Namespace ns) => SetNamespace(ns.Metadata.Name ?? "", new Dictionary<string, string>());

    public void SetServer(PolicyServer server) => Change(server.Name, () => _tables.Servers.Set(server));

    public void RemoveServer(ResourceName name) => Change(name, () => _tables.Servers.Remove(name));

    public void SetServerAuthorization(ServerAuthorization authorization) => Change(authorization.Name, () => _tables.ServerAuthorizations.Set(authorization));

    public void RemoveServerAuthorization(ResourceName name) => Change(name, () => _tables.ServerAuthorizations.Remove(name));

    public void SetAuthorizationPolicy(AuthorizationPolicy policy) => Change(policy.Name, () => _tables.AuthorizationPolicies.Set(policy));

    public void RemoveAuthorizationPolicy(ResourceName name) => Change(name, () => _tables.AuthorizationPolicies.Remove(name));

    public void SetTlsAuthentication(TlsAuthentication authentication) => ChangeAuthentication(authentication.Name, () => _tables.TlsAuthentications.Set(authentication));

    public void RemoveTlsAuthentication(ResourceName name) => ChangeAuthentication(name, () => _tables.TlsAuthentications.Remove(name));

    public void SetNetworkAuthentication(NetworkAuthentication authentication) => ChangeAuthentication(authentication.Name, () => _tables.NetworkAuthentications.Set(authentication));

    public void RemoveNetworkAuthentication(ResourceName name) => ChangeAuthentication(name, () => _tables.NetworkAuthentications.Remove(name));

    public void SetRateLimit(RateLimitPolicy limit) => Change(limit.Name, () => _tables.RateLimits.Set(limit));

    public void RemoveRateLimit(ResourceName name) => Change(name, () => _tables.RateLimits.Remove(name));

    /// <summary>Tells a listener what a workload's port lets in, at once and after every change, under the index's lock.</summary>
    /// <returns>The subscription; null when the workload is not known.</returns>
    public Subscription? SubscribeInbound(WorkloadName name, int port, Action<ServerPolicy> listener)
    {
        lock (_lock)
        {
            if (!_workloads.TryGetValue(name, out var workload) || _subscriptions >= MaxSubscriptions)
                return null;
            _subscriptions++;
            var watch = new Watch<int, ServerPolicy>(port, listener, ServerPolicyComparer.Instance);
            if (!_inbound.TryGetValue(name, out var watches))
                _inbound.Add(name, watches = []);
            watches.Add(watch);
            watch.Publish(Resolve(workload, port));
            return new Subscription(() =>
            {
                lock (_lock)
                {
                    _subscriptions--;
                    if (watches.Remove(watch) && watches.Count == 0)
                        _inbound.Remove(name);
                }
            });
        }
    }

    private void SetNamespace(string ns, IReadOnlyDictionary<string, string> annotations)
    {
        lock (_lock)
        {
            if (annotations.Count == 0)
                _namespaces.Remove(ns);
            else
                _namespaces[ns] = annotations;
            RefreshInbound(ns);
            RefreshOutbound(ns);
        }
    }

    /// <summary>Makes a change that can matter only to workloads of the resource's own namespace.</summary>
    private void Change(ResourceName name, Action change)
    {
        lock (_lock)
        {
            change();
            RefreshInbound(name.Namespace);
        }
    }

    /// <summary>Authentications may be referred to from other namespaces.</summary>
    private void ChangeAuthentication(ResourceName name, Action change)
    {
        lock (_lock)
        {
            change();
            foreach (var ns in _tables.AuthorizationPolicies.All.Where(p => IsOf(p.Tls, name) || IsOf(p.Network, name)).Select(static p => p.Name.Namespace).Distinct().ToList())
                RefreshInbound(ns);
        }
    }

    private static bool IsOf(TargetRef? reference, ResourceName name) => reference is not null && reference.Namespace == name.Namespace && reference.Name == name.Name;

    private void RefreshInbound(string ns)
    {
        foreach (var workload in _inbound.Keys.Where(p => p.Namespace == ns).ToList())
            Refresh(workload);
    }

    private void Refresh(WorkloadName name)
    {
        if (!_workloads.TryGetValue(name, out var workload))
            return;
        foreach (var watch in _inbound.GetValueOrDefault(name) ?? [])
            watch.Publish(Resolve(workload, watch.Key));
    }

    private ServerPolicy Resolve(WorkloadPorts workload, int port)
    {
        var probes = workload.ProbePaths.GetValueOrDefault(port, []);
        if (_inboundResolver.ServerOf(workload, port) is { } server)
            return _inboundResolver.OfServer(server, probes);
        var policy = DefaultPolicies.Known(Annotation(workload, MeshAnnotation.DefaultInboundPolicy)) ?? _settings.DefaultPolicy;
        if (PortSet.Parse(Annotation(workload, MeshAnnotation.RequireIdentityPorts), workload.NamedPorts).Contains(port))
            policy = DefaultPolicies.Authenticated(policy);
        var opaque = Annotation(workload, MeshAnnotation.OpaquePorts) is { } text ? PortSet.Parse(text, workload.NamedPorts) : _settings.DefaultOpaquePorts;
        return _inboundResolver.OfDefault(policy, opaque.Contains(port), probes);
    }

    /// <summary>The workload's annotation, else its namespace's.</summary>
    private string? Annotation(WorkloadPorts workload, string key) => workload.Annotations.GetValueOrDefault(key) ?? NamespaceAnnotation(workload.Name.Namespace, key);

    private string? NamespaceAnnotation(string ns, string key) => _namespaces.TryGetValue(ns, out var annotations) ? annotations.GetValueOrDefault(key) : null;
}
