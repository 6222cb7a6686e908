using System.Collections.Concurrent;
using System.Net;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Viz.Tap;

/// <summary>Which pod has an address, and what tap says of it: its name, namespace, service account and the workload that it belongs to.</summary>
internal sealed class PodsByAddress : IInformerHandler<Pod>
{
    private const string OwnerPrefix = "linkerd.io/proxy-";
    private readonly ConcurrentDictionary<IPAddress, Pod> _pods = new();

    /// <summary>Labels of the pod; none when no pod has the address.</summary>
    public IEnumerable<KeyValuePair<string, string>> LabelsOf(IPAddress address)
    {
        if (!_pods.TryGetValue(address, out var pod))
            yield break;
        yield return new("pod", pod.Metadata.Name ?? "");
        yield return new("namespace", pod.Metadata.Namespace ?? "");
        yield return new("serviceaccount", pod.Spec?.ServiceAccountName is { Length: > 0 } account ? account : "default");
        foreach (var (key, value) in pod.Metadata.Labels ?? new Dictionary<string, string>())
        {
            if (key.StartsWith(OwnerPrefix, StringComparison.Ordinal))
                yield return new(key == OwnerPrefix + "job" ? "k8s_job" : key[OwnerPrefix.Length..], value);
        }

        if (pod.Metadata.Labels?.GetValueOrDefault("linkerd.io/control-plane-ns") is { } ns)
            yield return new("control_plane_ns", ns);
    }

    public void OnAdded(Pod value) => Set(value);

    public void OnUpdated(Pod old, Pod value)
    {
        Remove(old);
        Set(value);
    }

    public void OnDeleted(Pod value) => Remove(value);

    private static IEnumerable<IPAddress> AddressesOf(Pod pod)
    {
        // Pods of the node's network share its address: it says nothing about any of them.
        if (pod.Spec?.HostNetwork == true || pod.Status?.Phase is "Succeeded" or "Failed")
            yield break;
        foreach (var ip in (pod.Status?.PodIPs ?? []).Select(static i => i.Ip).Append(pod.Status?.PodIP))
        {
            if (IPAddress.TryParse(ip, out var address))
                yield return address;
        }
    }

    private void Set(Pod pod)
    {
        foreach (var address in AddressesOf(pod))
            _pods[address] = pod;
    }

    private void Remove(Pod pod)
    {
        foreach (var address in AddressesOf(pod))
        {
            // The address may have been given to another pod already.
            if (_pods.TryGetValue(address, out var current) && current.Metadata.Uid == pod.Metadata.Uid)
                _pods.TryRemove(new KeyValuePair<IPAddress, Pod>(address, current));
        }
    }
}
