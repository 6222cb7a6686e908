using Linkerd.Model;
using Wire = Linkerd.Api.Outbound;

namespace Linkerd.Api.Mapping;

/// <summary>
/// Outbound opaque and TLS routes off the wire. The contract gives each a list of rules, and nothing to choose among them by: a route that does not have
/// exactly one refuses its connections, and says why.
/// </summary>
internal static class TcpRoutes
{
    public static Model.OpaqueRoute ToModel(Wire.OpaqueRoute route)
    {
        var rule = route.Rules.Count == 1 ? route.Rules[0] : null;
        return new Model.OpaqueRoute
        {
            Meta = Metas.ToModel(route.Metadata),
            Filters = rule is null ? [Ambiguous(route.Rules.Count)] : [.. rule.Filters.Select(f => Filter(f.Invalid, f.Forbidden))],
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
        var rule = route.Rules.Count == 1 ? route.Rules[0] : null;
        return new Model.TlsRoute
        {
            Meta = Metas.ToModel(route.Metadata),
            ServerNames = Routes.ServerNames(route.Snis),
            Filters = rule is null ? [Ambiguous(route.Rules.Count)] : [.. rule.Filters.Select(f => Filter(f.Invalid, f.Forbidden))],
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

    private static RouteFilter.Invalid Ambiguous(int rules) => new($"rules: {rules} are given; connections have nothing to choose one by, so exactly one must be");

    private static RouteFilter Filter(Api.OpaqueRoute.Invalid? invalid, Api.OpaqueRoute.Forbidden? forbidden)
        => invalid is not null ? new RouteFilter.Invalid(invalid.Message)
            : forbidden is not null ? new RouteFilter.Forbidden()
            : throw new WireException("filters: of no known kind");
}
