using Linkerd.Model;
using Wire = Linkerd.Api.Outbound;

namespace Linkerd.Api.Mapping;

/// <summary>Outbound opaque and TLS routes off the wire. The contract gives each several rules; one is what any control plane sends.</summary>
internal static class TcpRoutes
{
    public static Model.OpaqueRoute ToModel(Wire.OpaqueRoute route)
    {
        var rule = route.Rules.FirstOrDefault();
        return new Model.OpaqueRoute
        {
            Meta = Metas.ToModel(route.Metadata),
            Filters = [.. (rule?.Filters ?? []).Select(f => Filter(f.Invalid, f.Forbidden))],
            Backends = rule?.Backends?.KindCase switch
            {
                Wire.OpaqueRoute.Types.Distribution.KindOneofCase.FirstAvailable => First(rule.Backends.FirstAvailable.Backends.Select(ToModel)),
                Wire.OpaqueRoute.Types.Distribution.KindOneofCase.RandomAvailable => Random(rule.Backends.RandomAvailable.Backends.Select(b => ToModel(b.Backend) with { Weight = b.Weight })),
                _ => Distribution.Empty,
            },
        };
    }

    public static Model.TlsRoute ToModel(Wire.TlsRoute route)
    {
        var rule = route.Rules.FirstOrDefault();
        return new Model.TlsRoute
        {
            Meta = Metas.ToModel(route.Metadata),
            ServerNames = Routes.ServerNames(route.Snis),
            Filters = [.. (rule?.Filters ?? []).Select(f => Filter(f.Invalid, f.Forbidden))],
            Backends = rule?.Backends?.KindCase switch
            {
                Wire.TlsRoute.Types.Distribution.KindOneofCase.FirstAvailable => First(rule.Backends.FirstAvailable.Backends.Select(ToModel)),
                Wire.TlsRoute.Types.Distribution.KindOneofCase.RandomAvailable => Random(rule.Backends.RandomAvailable.Backends.Select(b => ToModel(b.Backend) with { Weight = b.Weight })),
                _ => Distribution.Empty,
            },
        };
    }

    private static RouteBackend ToModel(Wire.OpaqueRoute.Types.RouteBackend? backend)
        => new(Backends.ToModel(backend?.Backend), 1, [.. (backend?.Filters ?? []).Select(f => Filter(f.Invalid, f.Forbidden))]);

    private static RouteBackend ToModel(Wire.TlsRoute.Types.RouteBackend? backend)
        => new(Backends.ToModel(backend?.Backend), 1, [.. (backend?.Filters ?? []).Select(f => Filter(f.Invalid, f.Forbidden))]);

    private static Distribution First(IEnumerable<RouteBackend> backends) => new(DistributionKind.FirstAvailable, [.. backends]);

    private static Distribution Random(IEnumerable<RouteBackend> backends) => new(DistributionKind.RandomAvailable, [.. backends]);

    private static RouteFilter Filter(Api.OpaqueRoute.Invalid? invalid, Api.OpaqueRoute.Forbidden? forbidden)
        => invalid is not null ? new RouteFilter.Invalid(invalid.Message)
            : forbidden is not null ? new RouteFilter.Forbidden()
            : throw new WireException("filters: of no known kind");
}
