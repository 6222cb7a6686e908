using System.Net;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Destination.Core;

namespace Linkerd.Controller.Destination.Index;

/// <summary>Pods by name and by address. Not thread-safe: the index that owns it has the lock.</summary>
internal sealed class PodTable
{
    private readonly Dictionary<PodName, PodInfo> _byName = [];
    private readonly Dictionary<IPAddress, List<PodInfo>> _byIp = [];
    private readonly Dictionary<EndpointKey, List<(PodInfo Pod, int Port)>> _byHostPort = [];

    public int Count => _byName.Count;

    /// <summary>All pods, in no order.</summary>
    public IEnumerable<PodInfo> All => _byName.Values;

    public PodInfo? Find(PodName name) => _byName.GetValueOrDefault(name);

    /// <summary>Puts or replaces a pod; returns what it replaced.</summary>
    public PodInfo? Set(PodInfo pod)
    {
        var old = Remove(new PodName(pod.Namespace, pod.Name));
        _byName[new PodName(pod.Namespace, pod.Name)] = pod;
        foreach (var ip in OwnIps(pod))
            Add(_byIp, ip, pod);
        foreach (var (key, port) in HostPorts(pod))
            Add(_byHostPort, key, (pod, port));
        return old;
    }

    public PodInfo? Remove(PodName name)
    {
        if (!_byName.Remove(name, out var pod))
            return null;
        foreach (var ip in OwnIps(pod))
            Drop(_byIp, ip, pod);
        foreach (var (key, port) in HostPorts(pod))
            Drop(_byHostPort, key, (pod, port));
        return pod;
    }

    /// <summary>The pod behind an address, by its own address or by a port of its node, and the pod's own address and port.</summary>
    public (PodInfo Pod, EndpointKey Key)? At(IPAddress ip, int port)
    {
        if (_byIp.TryGetValue(ip, out var pods))
            return (pods[^1], new EndpointKey(ip, port));
        if (!_byHostPort.TryGetValue(new EndpointKey(ip, port), out var mapped))
            return null;
        var (pod, podPort) = mapped[^1];
        var own = pod.Ips.FirstOrDefault(i => i.AddressFamily == ip.AddressFamily) ?? ip;
        return (pod, new EndpointKey(own, podPort));
    }

    /// <summary>Every address through which a pod can be asked for.</summary>
    public static IEnumerable<IPAddress> Reachable(PodInfo pod) => OwnIps(pod).Concat(HostPorts(pod).Select(static h => h.Key.Ip)).Distinct();

    private static IEnumerable<IPAddress> OwnIps(PodInfo pod) => pod.HostNetwork || pod.IsFinished ? [] : pod.Ips;

    private static IEnumerable<(EndpointKey Key, int Port)> HostPorts(PodInfo pod) =>
        pod.IsFinished || pod.HostIp is null ? [] : pod.HostPorts.Select(p => (new EndpointKey(pod.HostIp, p.HostPort), p.Port));

    private static void Add<TKey, TValue>(Dictionary<TKey, List<TValue>> map, TKey key, TValue value)
        where TKey : notnull
    {
        if (!map.TryGetValue(key, out var list))
            map.Add(key, list = []);
        list.Add(value);
    }

    private static void Drop<TKey, TValue>(Dictionary<TKey, List<TValue>> map, TKey key, TValue value)
        where TKey : notnull
    {
        if (map.TryGetValue(key, out var list) && list.Remove(value) && list.Count == 0)
            map.Remove(key);
    }
}
