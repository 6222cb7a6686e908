using System.Collections.Immutable;
using System.Net.Sockets;

namespace Linkerd.Controller.Destination.Core;

/// <summary>All endpoints of one port of a Service, before a client's own filters; immutable.</summary>
public sealed record EndpointSet
{
    /// <param name="endpoints">The endpoints that are ready.</param>
    /// <param name="localTrafficOnly">Clients may use only endpoints on their own node.</param>
    public EndpointSet(ImmutableArray<EndpointInfo> endpoints, bool localTrafficOnly)
    {
        Endpoints = endpoints;
        LocalTrafficOnly = localTrafficOnly;
        IsPlain = endpoints.All(static e => e.Key.Ip.AddressFamily == AddressFamily.InterNetwork && e.ForZones.Length == 0);
    }

    public static EndpointSet Empty { get; } = new([], false);

    /// <summary>The endpoints that are ready.</summary>
    public ImmutableArray<EndpointInfo> Endpoints { get; }

    /// <summary>Clients may use only endpoints on their own node.</summary>
    public bool LocalTrafficOnly { get; }

    /// <summary>All are IPv4 and none has a hint of zones: where the client is makes no difference.</summary>
    public bool IsPlain { get; }
}
