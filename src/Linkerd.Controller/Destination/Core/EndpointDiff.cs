namespace Linkerd.Controller.Destination.Core;

/// <summary>
/// Remembers what one client was sent and finds what to send next. The memory is the list itself, which all clients of a Service's port share
/// where nothing is left out for one of them.
/// </summary>
public sealed class EndpointDiff
{
    private IReadOnlyList<EndpointInfo> _sent = [];

    /// <summary>The endpoints that are new or changed and those that are gone, compared with the call before.</summary>
    public (IReadOnlyList<EndpointInfo> Add, IReadOnlyList<EndpointKey> Remove) Next(IReadOnlyList<EndpointInfo> endpoints)
    {
        var before = new Dictionary<EndpointKey, EndpointInfo>(_sent.Count);
        foreach (var endpoint in _sent)
            before.TryAdd(endpoint.Key, endpoint);
        var add = new List<EndpointInfo>();
        var seen = new HashSet<EndpointKey>(endpoints.Count);
        foreach (var endpoint in endpoints)
        {
            if (!seen.Add(endpoint.Key))
                continue;
            // The index keeps the object of an endpoint that has not changed, so most comparisons end at the reference.
            if (!before.Remove(endpoint.Key, out var old) || (!ReferenceEquals(old, endpoint) && !old.Equals(endpoint)))
                add.Add(endpoint);
        }

        _sent = endpoints;
        return (add, [.. before.Keys]);
    }
}
