using Linkerd.Model;
using Wire = Linkerd.Api.Outbound;
using WireOpaque = Linkerd.Api.Outbound.OpaqueRoute.Types;
using WireTls = Linkerd.Api.Outbound.TlsRoute.Types;

namespace Linkerd.Api.Mapping;

/// <summary>Outbound opaque and TLS routes onto the wire; <see cref="TcpRoutes"/> reads them back.</summary>
internal static class TcpRouteMessages
{
    public static Wire.OpaqueRoute Opaque(Model.OpaqueRoute route) => new()
    {
        Metadata = Metas.ToWire(route.Meta),
        Rules = { new WireOpaque.Rule { Backends = OpaqueBackends(route.Backends), Filters = { route.Filters.Select(OpaqueFilter) } } },
    };

    public static Wire.TlsRoute Tls(Model.TlsRoute route) => new()
    {
        Metadata = Metas.ToWire(route.Meta),
        Snis = { route.ServerNames.Select(RouteMessages.ServerName) },
        Rules = { new WireTls.Rule { Backends = TlsBackends(route.Backends), Filters = { route.Filters.Select(TlsFilter) } } },
    };

    private static WireOpaque.Distribution OpaqueBackends(Distribution distribution) => distribution.Kind switch
    {
        DistributionKind.FirstAvailable => new() { FirstAvailable = new WireOpaque.Distribution.Types.FirstAvailable { Backends = { distribution.Backends.Select(OpaqueBackend) } } },
        DistributionKind.RandomAvailable => new()
        {
            RandomAvailable = new WireOpaque.Distribution.Types.RandomAvailable
            {
                Backends = { distribution.Backends.Select(static b => new WireOpaque.WeightedRouteBackend { Backend = OpaqueBackend(b), Weight = b.Weight }) },
            },
        },
        _ => new() { Empty = new WireOpaque.Distribution.Types.Empty() },
    };

    private static WireTls.Distribution TlsBackends(Distribution distribution) => distribution.Kind switch
    {
        DistributionKind.FirstAvailable => new() { FirstAvailable = new WireTls.Distribution.Types.FirstAvailable { Backends = { distribution.Backends.Select(TlsBackend) } } },
        DistributionKind.RandomAvailable => new()
        {
            RandomAvailable = new WireTls.Distribution.Types.RandomAvailable
            {
                Backends = { distribution.Backends.Select(static b => new WireTls.WeightedRouteBackend { Backend = TlsBackend(b), Weight = b.Weight }) },
            },
        },
        _ => new() { Empty = new WireTls.Distribution.Types.Empty() },
    };

    private static WireOpaque.RouteBackend OpaqueBackend(RouteBackend backend) => new() { Backend = BackendMessages.ToWire(backend.Backend), Filters = { backend.Filters.Select(OpaqueFilter) } };

    private static WireTls.RouteBackend TlsBackend(RouteBackend backend) => new() { Backend = BackendMessages.ToWire(backend.Backend), Filters = { backend.Filters.Select(TlsFilter) } };

    private static WireOpaque.Filter OpaqueFilter(RouteFilter filter) => filter switch
    {
        RouteFilter.Invalid invalid => new() { Invalid = new Api.OpaqueRoute.Invalid { Message = invalid.Message } },
        RouteFilter.Forbidden => new() { Forbidden = new Api.OpaqueRoute.Forbidden() },
        _ => throw new ArgumentException($"{filter.GetType().Name} is no filter of an opaque route", nameof(filter)),
    };

    private static WireTls.Filter TlsFilter(RouteFilter filter) => filter switch
    {
        RouteFilter.Invalid invalid => new() { Invalid = new Api.OpaqueRoute.Invalid { Message = invalid.Message } },
        RouteFilter.Forbidden => new() { Forbidden = new Api.OpaqueRoute.Forbidden() },
        _ => throw new ArgumentException($"{filter.GetType().Name} is no filter of a TLS route", nameof(filter)),
    };
}
