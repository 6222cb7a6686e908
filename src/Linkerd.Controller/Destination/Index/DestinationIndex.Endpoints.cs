using Linkerd.Controller.Destination.Core;

namespace Linkerd.Controller.Destination.Index;

/// <summary>Endpoints of Services.</summary>
internal sealed partial class DestinationIndex
{
    /// <summary>Hears of every change of a Service's port that someone has asked for, under the index's lock.</summary>
    public Action<ServiceName, int, EndpointSet>? EndpointsPublished { get; set; }

    /// <summary>
    /// Tells <paramref name="listener"/> the endpoints of a Service's port, at once and after every change, under the index's
    /// lock: it must only take note. A port that the Service does not declare is used as it is on every address.
    /// </summary>
    /// <returns>The subscription, or null with the reason.</returns>
    public Subscription? Subscribe(ServiceName service, int port, Action<EndpointSet> listener, out SubscribeFault fault)
    {
        lock (_lock)
        {
            fault = SubscribeFault.NotFound;
            if (!_services.TryGetValue(service, out var entry) || entry.Info is null)
                return null;
            fault = SubscribeFault.ExternalName;
            if (entry.Info.IsExternalName)
                return null;
            fault = SubscribeFault.TooMany;
            if (_subscriptions >= MaxSubscriptions)
                return null;
            _subscriptions++;
            if (!entry.Views.TryGetValue(port, out var view))
            {
                entry.Views.Add(port, view = new EndpointView(port) { Published = set => EndpointsPublished?.Invoke(service, port, set) });
                TrackPods(entry);
                view.Publish(Build(entry, port), entry.Info.LocalTrafficOnly);
            }

            view.Listeners.Add(listener);
            listener(view.Current);
            return new Subscription(() => Unsubscribe(entry, view, listener));
        }
    }

    private void Unsubscribe(ServiceEntry entry, EndpointView view, Action<EndpointSet> listener)
    {
        lock (_lock)
        {
            _subscriptions--;
            view.Listeners.Remove(listener);
            if (view.Listeners.Count > 0)
                return;
            entry.Views.Remove(view.Port);
            TrackPods(entry);
            Vacate(entry);
        }
    }

    private IEnumerable<EndpointInfo> Build(ServiceEntry entry, int port)
    {
        // What remains of a Service that is gone must not be used: its slices go a little later.
        if (entry.Info is null)
            yield break;
        foreach (var (slice, address, number) in entry.Addresses(port))
        {
            if (Build(slice, address, number, port) is { } endpoint)
                yield return endpoint;
        }
    }

    private EndpointInfo? Build(Slice slice, SliceAddress address, int number, int servicePort)
    {
        var key = new EndpointKey(address.Ip, number);
        var zone = address.Zone ?? (address.NodeName is { } node && _zoneOfNode.TryGetValue(node, out var known) && known.Length > 0 ? known : null);
        if (address.Workload is { } workload)
            return OnWorkload(address, workload, key, zone);
        if (address.Pod is not { } podName)
            return WithoutPod(slice, address, key, servicePort, zone);
        // The slice may come before its pod: the endpoint appears with the pod.
        if (_pods.Find(podName) is not { } pod)
            return null;
        return _builder.OnPod(pod, key, IsOpaque(pod, key.Port), zone) with
        {
            Hostname = address.Hostname,
            NodeName = address.NodeName ?? pod.NodeName,
            ForZones = address.ForZones,
        };
    }

    private EndpointInfo WithoutPod(Slice slice, SliceAddress address, EndpointKey key, int servicePort, string? zone) => new(key)
    {
        Labels = zone is null ? LabelSet.Empty : new LabelSet([new("zone", zone)]),
        Hostname = address.Hostname,
        NodeName = address.NodeName,
        Zone = zone,
        ForZones = address.ForZones,
        TlsIdentity = string.IsNullOrEmpty(slice.GatewayIdentity) ? null : slice.GatewayIdentity,
        Hint = !string.IsNullOrEmpty(slice.GatewayIdentity) && settings.EnableH2Upgrade ? ProtocolHint.H2 : ProtocolHint.None,
        AuthorityOverride = string.IsNullOrEmpty(slice.RemoteName) ? null : $"{slice.RemoteName}:{servicePort}",
    };
}
