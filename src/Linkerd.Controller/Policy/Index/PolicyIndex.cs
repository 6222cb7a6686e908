using Linkerd.Controller.Common;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Index;
using Linkerd.Controller.Policy.Core;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Policy.Index;

/// <summary>Inbound policy of pods and outbound policy of Services; one lock guards all of it.</summary>
internal sealed partial class PolicyIndex(PolicySettings settings)
{
    /// <summary>Most streams of both kinds that are served at once.</summary>
    public const int MaxSubscriptions = 200_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<PodName, PodInfo> _pods = [];
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _namespaces = [];
    private readonly Dictionary<PodName, List<Watch<int, InboundServer>>> _inbound = [];
    private int _subscriptions;

    public void SetPod(PodInfo pod)
    {
        var name = new PodName(pod.Namespace, pod.Name);
        lock (_lock)
        {
            _pods[name] = pod;
            Refresh(name);
        }
    }

    public void RemovePod(PodName name)
    {
        lock (_lock)
            _pods.Remove(name);
    }

    public void SetNamespace(Namespace ns) => SetNamespace(ns.Metadata.Name ?? "", PodReader.MeshAnnotations(ns.Metadata.Annotations));

    public void RemoveNamespace(Namespace ns) => SetNamespace(ns.Metadata.Name ?? "", new Dictionary<string, string>());

    /// <summary>Tells a listener what a pod's port lets in, at once and after every change, under the index's lock.</summary>
    /// <returns>The subscription; null when the pod is not known.</returns>
    public Subscription? SubscribeInbound(PodName pod, int port, Action<InboundServer> listener)
    {
        lock (_lock)
        {
            if (!_pods.TryGetValue(pod, out var info) || _subscriptions >= MaxSubscriptions)
                return null;
            _subscriptions++;
            var watch = new Watch<int, InboundServer>(port, listener);
            if (!_inbound.TryGetValue(pod, out var watches))
                _inbound.Add(pod, watches = []);
            watches.Add(watch);
            watch.Publish(Resolve(info, port));
            return new Subscription(() =>
            {
                lock (_lock)
                {
                    _subscriptions--;
                    if (watches.Remove(watch) && watches.Count == 0)
                        _inbound.Remove(pod);
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
            foreach (var pod in _inbound.Keys.Where(p => p.Namespace == ns).ToList())
                Refresh(pod);
            RefreshOutbound(ns);
        }
    }

    private void Refresh(PodName name)
    {
        if (!_pods.TryGetValue(name, out var pod))
            return;
        foreach (var watch in _inbound.GetValueOrDefault(name) ?? [])
            watch.Publish(Resolve(pod, watch.Key));
    }

    private InboundServer Resolve(PodInfo pod, int port)
    {
        var policy = DefaultPolicy.Parse(Annotation(pod, MeshAnnotation.DefaultInboundPolicy)) ?? settings.DefaultPolicy;
        if (PortSet.Parse(Annotation(pod, MeshAnnotation.RequireIdentityPorts), pod.NamedPorts).Contains(port))
            policy = policy.Authenticated();
        var opaque = Annotation(pod, MeshAnnotation.OpaquePorts) is { } text ? PortSet.Parse(text, pod.NamedPorts) : settings.DefaultOpaquePorts;
        return new InboundServer(policy, opaque.Contains(port), pod.ProbePaths.GetValueOrDefault(port, []));
    }

    /// <summary>The pod's annotation, else its namespace's.</summary>
    private string? Annotation(PodInfo pod, string key) => pod.Annotations.GetValueOrDefault(key) ?? NamespaceAnnotation(pod.Namespace, key);

    private string? NamespaceAnnotation(string ns, string key) => _namespaces.TryGetValue(ns, out var annotations) ? annotations.GetValueOrDefault(key) : null;
}
