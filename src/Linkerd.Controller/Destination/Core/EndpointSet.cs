using System.Collections.Immutable;

namespace Linkerd.Controller.Destination.Core;

/// <summary>All endpoints of one port of a Service, before a client's own filters; immutable.</summary>
/// <param name="Endpoints">The endpoints that are ready.</param>
/// <param name="LocalTrafficOnly">Clients may use only endpoints on their own node.</param>
public sealed record EndpointSet(ImmutableArray<EndpointInfo> Endpoints, bool LocalTrafficOnly)
{
    public static EndpointSet Empty { get; } = new([], false);
}
