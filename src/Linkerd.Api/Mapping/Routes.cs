using System.Text;
using Linkerd.Model;
using WireGrpc = Linkerd.Api.GrpcRoute;
using WireHttp = Linkerd.Api.HttpRoute;
using WireTls = Linkerd.Api.TlsRoute;
using WireTypes = Linkerd.Api.HttpTypes;

namespace Linkerd.Api.Mapping;

/// <summary>The parts of routes that inbound and outbound policy share, off the wire.</summary>
internal static class Routes
{
    public static IReadOnlyList<HostMatch> Hosts(IEnumerable<WireHttp.HostMatch> hosts) => [.. hosts.Select(h => h.MatchCase switch
    {
        WireHttp.HostMatch.MatchOneofCase.Exact => new HostMatch(h.Exact.ToLowerInvariant(), false),
        WireHttp.HostMatch.MatchOneofCase.Suffix => Suffix(h.Suffix.ReverseLabels),
        _ => throw new WireException("hosts: no match is set"),
    })];

    public static IReadOnlyList<HostMatch> ServerNames(IEnumerable<WireTls.SniMatch> names) => [.. names.Select(n => n.MatchCase switch
    {
        WireTls.SniMatch.MatchOneofCase.Exact => new HostMatch(n.Exact.ToLowerInvariant(), false),
        WireTls.SniMatch.MatchOneofCase.Suffix => Suffix(n.Suffix.ReverseLabels),
        _ => throw new WireException("snis: no match is set"),
    })];

    public static HttpRouteMatch Http(WireHttp.HttpRouteMatch match) => new()
    {
        Path = match.Path?.KindCase switch
        {
            null => null,
            WireHttp.PathMatch.KindOneofCase.Exact => new TextMatch(TextMatchKind.Exact, match.Path.Exact),
            WireHttp.PathMatch.KindOneofCase.Prefix => new TextMatch(TextMatchKind.Prefix, match.Path.Prefix),
            WireHttp.PathMatch.KindOneofCase.Regex => new TextMatch(TextMatchKind.Regex, Patterns.Checked(match.Path.Regex, "matches.path")),
            _ => throw new WireException("matches.path: no match is set"),
        },
        Headers = Headers(match.Headers),
        QueryParameters = [.. match.QueryParams.Select(q => new NamedMatch(q.Name, q.ValueCase switch
        {
            WireHttp.QueryParamMatch.ValueOneofCase.Exact => new TextMatch(TextMatchKind.Exact, q.Exact),
            WireHttp.QueryParamMatch.ValueOneofCase.Regex => new TextMatch(TextMatchKind.Regex, Patterns.Checked(q.Regex, "matches.query_params")),
            _ => throw new WireException($"matches.query_params '{q.Name}': no value is set"),
        }))],
        Method = Method(match.Method),
    };

    public static GrpcRouteMatch Grpc(WireGrpc.GrpcRouteMatch match) => new()
    {
        Service = match.Rpc?.Service is { Length: > 0 } service ? service : null,
        Method = match.Rpc?.Method is { Length: > 0 } method ? method : null,
        Headers = Headers(match.Headers),
    };

    public static string? Method(WireTypes.HttpMethod? method) => method?.TypeCase switch
    {
        WireTypes.HttpMethod.TypeOneofCase.Unregistered when method.Unregistered.Length > 0 => method.Unregistered,
        WireTypes.HttpMethod.TypeOneofCase.Registered => method.Registered switch
        {
            WireTypes.HttpMethod.Types.Registered.Get => "GET",
            WireTypes.HttpMethod.Types.Registered.Post => "POST",
            WireTypes.HttpMethod.Types.Registered.Put => "PUT",
            WireTypes.HttpMethod.Types.Registered.Delete => "DELETE",
            WireTypes.HttpMethod.Types.Registered.Patch => "PATCH",
            WireTypes.HttpMethod.Types.Registered.Options => "OPTIONS",
            WireTypes.HttpMethod.Types.Registered.Connect => "CONNECT",
            WireTypes.HttpMethod.Types.Registered.Head => "HEAD",
            WireTypes.HttpMethod.Types.Registered.Trace => "TRACE",
            _ => throw new WireException($"method: {(int)method.Registered} is not known"),
        },
        _ => null,
    };

    public static RouteFilter Failure(WireHttp.HttpFailureInjector failure)
        => new RouteFilter.HttpFailure(failure.Status is >= 200 and <= 999 ? (int)failure.Status : throw new WireException($"failure_injector.status: {failure.Status} is no HTTP status"), failure.Message, Ratio(failure.Ratio));

    public static RouteFilter Failure(WireGrpc.GrpcFailureInjector failure)
        => new RouteFilter.GrpcFailure(failure.Code <= 16 ? (int)failure.Code : throw new WireException($"failure_injector.code: {failure.Code} is no gRPC status"), failure.Message, Ratio(failure.Ratio));

    public static RouteFilter RequestHeaders(WireHttp.RequestHeaderModifier change) => new RouteFilter.RequestHeaders(Changes(change.Add, change.Set, change.Remove));

    public static RouteFilter ResponseHeaders(WireHttp.ResponseHeaderModifier change) => new RouteFilter.ResponseHeaders(Changes(change.Add, change.Set, change.Remove));

    public static RouteFilter Redirect(WireHttp.RequestRedirect redirect) => new RouteFilter.Redirect(
        Scheme(redirect.Scheme),
        redirect.Host.Length > 0 ? redirect.Host : null,
        redirect.Path?.ReplaceCase switch
        {
            WireHttp.PathModifier.ReplaceOneofCase.Full => new TextMatch(TextMatchKind.Exact, redirect.Path.Full),
            WireHttp.PathModifier.ReplaceOneofCase.Prefix => new TextMatch(TextMatchKind.Prefix, redirect.Path.Prefix),
            _ => null,
        },
        redirect.Port is > 0 and <= 65535 ? (int)redirect.Port : null,
        redirect.Status is >= 300 and <= 399 ? (int)redirect.Status : null);

    private static HostMatch Suffix(IEnumerable<string> reverseLabels) => new(string.Join('.', reverseLabels.Reverse()).ToLowerInvariant(), true);

    private static IReadOnlyList<NamedMatch> Headers(IEnumerable<WireHttp.HeaderMatch> headers) => [.. headers.Select(h => new NamedMatch(h.Name, h.ValueCase switch
    {
        WireHttp.HeaderMatch.ValueOneofCase.Exact => new TextMatch(TextMatchKind.Exact, Encoding.Latin1.GetString(h.Exact.Span)),
        WireHttp.HeaderMatch.ValueOneofCase.Regex => new TextMatch(TextMatchKind.Regex, Patterns.Checked(h.Regex, "matches.headers")),
        _ => throw new WireException($"matches.headers '{h.Name}': no value is set"),
    }))];

    private static HeaderChanges Changes(WireTypes.Headers? add, WireTypes.Headers? set, IEnumerable<string> remove) => new(Pairs(add), Pairs(set), [.. remove]);

    private static IReadOnlyList<KeyValuePair<string, string>> Pairs(WireTypes.Headers? headers)
        => headers is null ? [] : [.. headers.Headers_.Select(h => KeyValuePair.Create(h.Name, Encoding.Latin1.GetString(h.Value.Span)))];

    private static FailureRatio? Ratio(WireHttp.Ratio? ratio) => ratio is null
        ? null
        : new FailureRatio(ratio.Numerator, ratio.Denominator > 0 ? ratio.Denominator : throw new WireException("failure_injector.ratio.denominator: must be above 0"));

    private static string? Scheme(WireTypes.Scheme? scheme) => scheme?.TypeCase switch
    {
        WireTypes.Scheme.TypeOneofCase.Registered => scheme.Registered == WireTypes.Scheme.Types.Registered.Https ? "https" : "http",
        WireTypes.Scheme.TypeOneofCase.Unregistered when scheme.Unregistered.Length > 0 => scheme.Unregistered,
        _ => null,
    };
}
