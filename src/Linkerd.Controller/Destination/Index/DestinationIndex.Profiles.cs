using Linkerd.Controller.Destination.Core;

namespace Linkerd.Controller.Destination.Index;

/// <summary>Profiles of Services and addresses.</summary>
internal sealed partial class DestinationIndex
{
    private readonly Dictionary<(string Namespace, string Name), ServiceProfile> _profiles = [];

    /// <summary>Adds or replaces a ServiceProfile.</summary>
    public void SetProfile(ServiceProfile profile)
    {
        lock (_lock)
        {
            _profiles[(profile.Namespace, profile.Content.FullyQualifiedName)] = profile;
            RefreshProfiles(profile.Content.FullyQualifiedName);
        }
    }

    /// <summary>Removes a ServiceProfile, if it is there.</summary>
    public void RemoveProfile(string ns, string name)
    {
        lock (_lock)
        {
            if (_profiles.Remove((ns, name)))
                RefreshProfiles(name);
        }
    }

    /// <summary>
    /// Tells <paramref name="listener"/> the profile of a target, at once and after every change, under the index's lock.
    /// </summary>
    /// <returns>The subscription, or null with the reason.</returns>
    public Subscription? Subscribe(ProfileTarget target, Action<Profile> listener, out SubscribeFault fault)
    {
        lock (_lock)
        {
            fault = SubscribeFault.TooMany;
            if (_subscriptions >= MaxSubscriptions)
                return null;
            fault = target is ProfileTarget.ByInstance ? SubscribeFault.NotFound : SubscribeFault.AmbiguousAddress;
            if (Resolve(target) is not { } profile)
                return null;
            _subscriptions++;
            var watch = new ProfileWatch(target, listener);
            var watches = WatchesOf(target);
            watches.Add(watch);
            if (EntryOf(target) is { } entry)
                TrackPods(entry);
            watch.Publish(profile);
            return new Subscription(() => Unsubscribe(watch));
        }
    }

    private void Unsubscribe(ProfileWatch watch)
    {
        lock (_lock)
        {
            _subscriptions--;
            var watches = WatchesOf(watch.Target);
            watches.Remove(watch);
            if (EntryOf(watch.Target) is { } entry)
            {
                TrackPods(entry);
                Vacate(entry);
            }
            else if (watches.Count == 0 && watch.Target is ProfileTarget.ByAddress address)
            {
                _byAddress.Remove(address.Ip);
            }
        }
    }

    private List<ProfileWatch> WatchesOf(ProfileTarget target)
    {
        if (target is not ProfileTarget.ByAddress address)
            return EntryOf(target)!.Profiles;
        if (!_byAddress.TryGetValue(address.Ip, out var watches))
            _byAddress.Add(address.Ip, watches = []);
        return watches;
    }

    private ServiceEntry? EntryOf(ProfileTarget target) => target switch
    {
        ProfileTarget.ByService service => Entry(service.Service),
        ProfileTarget.ByInstance instance => Entry(instance.Service),
        _ => null,
    };

    /// <summary>The profile of a target now; null when it cannot be said.</summary>
    private Profile? Resolve(ProfileTarget target) => target switch
    {
        ProfileTarget.ByService service => OfService(service.Service, service.Port, service.ClientNamespace),
        ProfileTarget.ByInstance instance => OfInstance(instance),
        ProfileTarget.ByAddress address => OfAddress(address),
        _ => null,
    };

    private Profile OfService(ServiceName name, int port, string clientNamespace)
    {
        var info = _services.GetValueOrDefault(name)?.Info;
        if (info is not null && !info.IsExternalName && !info.Ports.ContainsKey(port))
            return new Profile.Empty();
        var annotation = info?.OpaquePorts ?? _opaqueOfNamespace.GetValueOrDefault(name.Namespace);
        var opaque = annotation is null ? settings.DefaultOpaquePorts : PortSet.Parse(annotation);
        var full = $"{name.Name}.{name.Namespace}.svc.{settings.ClusterDomain}";
        var source = _profiles.GetValueOrDefault((clientNamespace, full)) ?? _profiles.GetValueOrDefault((name.Namespace, full));
        return new Profile.OfService(name, port, full, opaque.Contains(port), source);
    }

    private void RefreshProfiles(string fullyQualifiedName)
    {
        if (ServiceAuthority.Parse(fullyQualifiedName, settings.ClusterDomain) is not { Instance: null } authority || !_services.TryGetValue(authority.Service, out var entry))
            return;
        foreach (var watch in entry.Profiles)
            watch.PublishIfKnown(Resolve(watch.Target));
        foreach (var ip in entry.Info?.ClusterIps ?? [])
            RefreshAddress(ip);
    }

    private Profile.OfEndpoint? OfInstance(ProfileTarget.ByInstance target)
    {
        if (!_services.TryGetValue(target.Service, out var entry))
            return null;
        foreach (var (slice, address, number) in entry.Addresses(target.Port))
        {
            if (Build(slice, address, number, target.Port) is { } endpoint && endpoint.Hostname == target.Instance)
                return OfEndpoint(endpoint);
        }

        return null;
    }

    private Profile? OfAddress(ProfileTarget.ByAddress target)
    {
        if (_clusterIps.TryGetValue(target.Ip, out var services))
            return services.Count == 1 ? OfService(services[0], target.Port, target.ClientNamespace) : null;
        if (_pods.At(target.Ip, target.Port) is not var (pod, key))
        {
            if (_workloads.At(target.Ip, target.Port) is { Count: > 0 } workloads)
                return OfWorkloads(workloads, new EndpointKey(target.Ip, target.Port));
            return new Profile.OfEndpoint(EndpointBuilder.Bare(target.Ip, target.Port), settings.DefaultOpaquePorts.Contains(target.Port));
        }

        var zone = pod.NodeName is { } node ? _zoneOfNode.GetValueOrDefault(node) : null;
        return OfEndpoint(_builder.OnPod(pod, key, IsOpaque(pod, key.Port), string.IsNullOrEmpty(zone) ? null : zone));
    }

    /// <summary>Endpoint profiles carry the namespace in the endpoint's labels, where Get has it in the set's.</summary>
    private Profile.OfEndpoint OfEndpoint(EndpointInfo endpoint)
    {
        var opaque = endpoint.Hint == ProtocolHint.Opaque || IsOpaque(endpoint);
        return (endpoint.Pod?.Namespace ?? endpoint.External?.Workload.Namespace) is { } ns
            ? new Profile.OfEndpoint(endpoint with { Labels = new LabelSet([.. endpoint.Labels, new("namespace", ns)]) }, opaque)
            : new Profile.OfEndpoint(endpoint, opaque);
    }

    /// <summary>Whether the port is opaque on the endpoint's pod, meshed or not, or on its external workload.</summary>
    private bool IsOpaque(EndpointInfo endpoint)
    {
        if (endpoint.Pod is { } name && _pods.Find(name) is { } pod)
            return IsOpaque(pod, endpoint.Key.Port);
        return endpoint.External is { } external && _workloads.Find(external.Workload) is { } workload
            ? IsOpaque(workload, endpoint.Key.Port)
            : settings.DefaultOpaquePorts.Contains(endpoint.Key.Port);
    }
}
