using Linkerd.Controller.Destination.Core;

namespace Linkerd.Controller.Destination.Index;

/// <summary>The endpoints of one port of a Service, shared by all clients that asked for it.</summary>
internal sealed class EndpointView(int port)
{
    public int Port { get; } = port;

    /// <summary>Who hears of changes.</summary>
    public List<Action<EndpointSet>> Listeners { get; } = [];

    /// <summary>Hears of changes too, for metrics; it is no client.</summary>
    public Action<EndpointSet>? Published { get; init; }

    /// <summary>The endpoints as last published.</summary>
    public EndpointSet Current { get; private set; } = EndpointSet.Empty;

    private Dictionary<EndpointKey, EndpointInfo> _byKey = [];

    /// <summary>Takes what the endpoints are now and tells the listeners if that is news.</summary>
    public void Publish(IEnumerable<EndpointInfo> endpoints, bool localTrafficOnly)
    {
        var next = new Dictionary<EndpointKey, EndpointInfo>(_byKey.Count);
        var changed = localTrafficOnly != Current.LocalTrafficOnly;
        foreach (var endpoint in endpoints)
        {
            // Keeping the old object where nothing changed lets every stream compare by reference.
            var known = _byKey.TryGetValue(endpoint.Key, out var before) && before.Equals(endpoint);
            if (next.TryAdd(endpoint.Key, known ? before! : endpoint))
                changed |= !known;
        }

        changed |= next.Count != _byKey.Count;
        if (!changed)
            return;
        _byKey = next;
        Current = new EndpointSet([.. next.Values], localTrafficOnly);
        Published?.Invoke(Current);
        foreach (var listener in Listeners)
            listener(Current);
    }
}
