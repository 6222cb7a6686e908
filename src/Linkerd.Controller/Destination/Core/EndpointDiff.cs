namespace Linkerd.Controller.Destination.Core;

/// <summary>Remembers what one client was sent and finds what to send next.</summary>
public sealed class EndpointDiff
{
    private Dictionary<EndpointKey, EndpointInfo> _sent = [];

    /// <summary>The endpoints that are new or changed and those that are gone, compared with the call before.</summary>
    public (IReadOnlyList<EndpointInfo> Add, IReadOnlyList<EndpointKey> Remove) Next(IReadOnlyList<EndpointInfo> endpoints)
    {
        var next = new Dictionary<EndpointKey, EndpointInfo>(endpoints.Count);
        var add = new List<EndpointInfo>();
        foreach (var endpoint in endpoints)
        {
            if (!next.TryAdd(endpoint.Key, endpoint))
                continue;
            // The index keeps the object of an endpoint that has not changed, so most comparisons end at the reference.
            if (!_sent.TryGetValue(endpoint.Key, out var before) || (!ReferenceEquals(before, endpoint) && !before.Equals(endpoint)))
                add.Add(endpoint);
        }

        var remove = _sent.Keys.Where(k => !next.ContainsKey(k)).ToList();
        _sent = next;
        return (add, remove);
    }
}
