using System.Collections.Frozen;
using System.Net;

namespace Linkerd.Model;

/// <summary>A snapshot of a destination's endpoints.</summary>
public sealed class EndpointSet
{
    private EndpointSet(FrozenDictionary<IPEndPoint, Endpoint> endpoints, bool exists)
    {
        Endpoints = endpoints;
        Exists = exists;
    }

    public static EndpointSet Empty { get; } = new(FrozenDictionary<IPEndPoint, Endpoint>.Empty, exists: true);

    public FrozenDictionary<IPEndPoint, Endpoint> Endpoints { get; }

    /// <summary>False when the control plane does not know the service.</summary>
    public bool Exists { get; }

    /// <summary>The snapshot after one message. Additions replace; removals of what is unknown do nothing.</summary>
    public EndpointSet Apply(EndpointUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        if (update is EndpointUpdate.Empty empty) return new EndpointSet(FrozenDictionary<IPEndPoint, Endpoint>.Empty, empty.Exists);
        var next = new Dictionary<IPEndPoint, Endpoint>(Endpoints);
        if (update is EndpointUpdate.Add add)
        {
            foreach (Endpoint endpoint in add.Endpoints) next[endpoint.Address] = endpoint;
        }
        else if (update is EndpointUpdate.Remove remove)
        {
            foreach (IPEndPoint address in remove.Addresses) next.Remove(address);
        }

        return new EndpointSet(next.ToFrozenDictionary(), exists: true);
    }
}
