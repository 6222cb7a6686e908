using System.Text;
using Google.Protobuf;
using Linkerd.Model;
using WireGrpc = Linkerd.Api.GrpcRoute;
using WireHttp = Linkerd.Api.HttpRoute;
using WireTls = Linkerd.Api.TlsRoute;
using WireTypes = Linkerd.Api.HttpTypes;

namespace Linkerd.Api.Mapping;

/// <summary>The parts of routes that inbound and outbound policy share, onto the wire; <see cref="Routes"/> reads them back.</summary>
internal static class RouteMessages
{
    private static readonly string[] s_methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "HEAD", "TRACE"];

    public static WireHttp.HostMatch Host(HostMatch host) => host.IsSuffix
        ? new WireHttp.HostMatch { Suffix = new WireHttp.HostMatch.Types.Suffix { ReverseLabels = { ReverseLabels(host.Text) } } }
        : new WireHttp.HostMatch { Exact = host.Text };

    public static WireTls.SniMatch ServerName(HostMatch name) => name.IsSuffix
        ? new WireTls.SniMatch { Suffix = new WireTls.SniMatch.Types.Suffix { ReverseLabels = { ReverseLabels(name.Text) } } }
        : new WireTls.SniMatch { Exact = name.Text };

    public static WireHttp.HttpRouteMatch Http(HttpRouteMatch match) => new()
    {
        Path = match.Path?.Kind switch
        {
            TextMatchKind.Exact => new WireHttp.PathMatch { Exact = match.Path.Text },
            TextMatchKind.Prefix => new WireHttp.PathMatch { Prefix = match.Path.Text },
            TextMatchKind.Regex => new WireHttp.PathMatch { Regex = match.Path.Text },
            _ => null,
        },
        Headers = { match.Headers.Select(Header) },
        QueryParams =
        {
            match.QueryParameters.Select(static q => q.Value.Kind == TextMatchKind.Regex
                ? new WireHttp.QueryParamMatch { Name = q.Name, Regex = q.Value.Text }
                : new WireHttp.QueryParamMatch { Name = q.Name, Exact = q.Value.Text }),
        },
        Method = Method(match.Method),
    };

    public static WireGrpc.GrpcRouteMatch Grpc(GrpcRouteMatch match) => new()
    {
        Rpc = match.Service is null && match.Method is null ? null : new WireGrpc.GrpcRpcMatch { Service = match.Service ?? "", Method = match.Method ?? "" },
        Headers = { match.Headers.Select(Header) },
    };

    public static WireHttp.HttpFailureInjector Failure(RouteFilter.HttpFailure failure) =>
        new() { Status = (uint)failure.Status, Message = failure.Message, Ratio = Ratio(failure.Ratio) };

    public static WireGrpc.GrpcFailureInjector Failure(RouteFilter.GrpcFailure failure) =>
        new() { Code = (uint)failure.Code, Message = failure.Message, Ratio = Ratio(failure.Ratio) };

    public static WireHttp.RequestHeaderModifier RequestHeaders(HeaderChanges changes) =>
        new() { Add = Headers(changes.Add), Set = Headers(changes.Set), Remove = { changes.Remove } };

    public static WireHttp.ResponseHeaderModifier ResponseHeaders(HeaderChanges changes) =>
        new() { Add = Headers(changes.Add), Set = Headers(changes.Set), Remove = { changes.Remove } };

    public static WireHttp.RequestRedirect Redirect(RouteFilter.Redirect redirect) => new()
    {
        Scheme = redirect.Scheme switch
        {
            null => null,
            "http" => new WireTypes.Scheme { Registered = WireTypes.Scheme.Types.Registered.Http },
            "https" => new WireTypes.Scheme { Registered = WireTypes.Scheme.Types.Registered.Https },
            _ => new WireTypes.Scheme { Unregistered = redirect.Scheme },
        },
        Host = redirect.Host ?? "",
        Path = redirect.Path switch
        {
            null => null,
            { Kind: TextMatchKind.Prefix } => new WireHttp.PathModifier { Prefix = redirect.Path.Text },
            _ => new WireHttp.PathModifier { Full = redirect.Path.Text },
        },
        Port = (uint)(redirect.Port ?? 0),
        Status = (uint)(redirect.Status ?? 0),
    };

    public static WireTypes.HttpMethod? Method(string? method)
    {
        if (method is null)
            return null;
        // The order of the names is that of the enumeration's values.
        var registered = Array.IndexOf(s_methods, method);
        return registered < 0
            ? new WireTypes.HttpMethod { Unregistered = method }
            : new WireTypes.HttpMethod { Registered = (WireTypes.HttpMethod.Types.Registered)registered };
    }

    private static WireHttp.HeaderMatch Header(NamedMatch header) => header.Value.Kind == TextMatchKind.Regex
        ? new WireHttp.HeaderMatch { Name = header.Name, Regex = header.Value.Text }
        : new WireHttp.HeaderMatch { Name = header.Name, Exact = ByteString.CopyFrom(header.Value.Text, Encoding.Latin1) };

    private static WireTypes.Headers? Headers(IReadOnlyList<KeyValuePair<string, string>> pairs) => pairs.Count == 0
        ? null
        : new WireTypes.Headers
        {
            Headers_ = { pairs.Select(static p => new WireTypes.Headers.Types.Header { Name = p.Key, Value = ByteString.CopyFrom(p.Value, Encoding.Latin1) }) },
        };

    private static WireHttp.Ratio? Ratio(FailureRatio? ratio) => ratio is null ? null : new WireHttp.Ratio { Numerator = ratio.Numerator, Denominator = ratio.Denominator };

    private static IEnumerable<string> ReverseLabels(string name) => Enumerable.Reverse(name.Split('.'));
}
