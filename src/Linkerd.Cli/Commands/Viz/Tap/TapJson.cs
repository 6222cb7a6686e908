using System.Text.Json.Nodes;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Linkerd.Api.CommonNet;
using Linkerd.Api.Viz;
using Linkerd.Api.VizTap;

namespace Linkerd.Cli.Commands.Viz.Tap;

/// <summary>An event as <c>viz tap -o json</c> prints it.</summary>
internal static class TapJson
{
    /// <summary>The event; null for one of no known kind.</summary>
    public static JsonObject? Of(TapEvent tap)
    {
        var json = new JsonObject
        {
            ["source"] = Endpoint(tap.Source, tap.SourceMeta?.Labels),
            ["destination"] = Endpoint(tap.Destination, tap.DestinationMeta?.Labels),
            ["routeMeta"] = Map(tap.RouteMeta?.Labels),
            ["proxyDirection"] = tap.ProxyDirection.ToString().ToUpperInvariant(),
        };
        switch (tap.Http?.EventCase)
        {
            case TapEvent.Types.Http.EventOneofCase.RequestInit:
                var request = tap.Http.RequestInit;
                json["requestInitEvent"] = new JsonObject
                {
                    ["id"] = Id(request.Id),
                    ["method"] = TapText.Method(request.Method),
                    ["scheme"] = request.Scheme?.TypeCase == Scheme.TypeOneofCase.Unregistered ? request.Scheme.Unregistered : request.Scheme?.Registered.ToString().ToUpperInvariant() ?? "",
                    ["authority"] = request.Authority,
                    ["path"] = request.Path,
                    ["headers"] = HeadersOf(request.Headers),
                };
                return json;
            case TapEvent.Types.Http.EventOneofCase.ResponseInit:
                var response = tap.Http.ResponseInit;
                json["responseInitEvent"] = new JsonObject
                {
                    ["id"] = Id(response.Id), ["sinceRequestInit"] = Span(response.SinceRequestInit), ["httpStatus"] = response.HttpStatus, ["headers"] = HeadersOf(response.Headers),
                };
                return json;
            case TapEvent.Types.Http.EventOneofCase.ResponseEnd:
                json["responseEndEvent"] = End(tap.Http.ResponseEnd);
                return json;
            default:
                return null;
        }
    }

    private static JsonObject End(TapEvent.Types.Http.Types.ResponseEnd end)
    {
        var json = new JsonObject
        {
            ["id"] = Id(end.Id),
            ["sinceRequestInit"] = Span(end.SinceRequestInit),
            ["sinceResponseInit"] = Span(end.SinceResponseInit),
            ["responseBytes"] = end.ResponseBytes,
            ["trailers"] = HeadersOf(end.Trailers),
            ["grpcStatusCode"] = end.Eos?.EndCase == Eos.EndOneofCase.GrpcStatusCode ? end.Eos.GrpcStatusCode : 0,
        };
        if (end.Eos?.EndCase == Eos.EndOneofCase.ResetErrorCode)
            json["resetErrorCode"] = end.Eos.ResetErrorCode;
        return json;
    }

    private static JsonObject Endpoint(TcpAddress? address, MapField<string, string>? labels) => new()
    {
        ["ip"] = TapText.IP(address?.Ip)?.ToString() ?? "", ["port"] = address?.Port ?? 0, ["metadata"] = Map(labels),
    };

    private static JsonObject Map(MapField<string, string>? labels)
    {
        var json = new JsonObject();
        foreach (var (key, value) in (labels ?? []).OrderBy(static l => l.Key, StringComparer.Ordinal))
            json[key] = value;
        return json;
    }

    private static JsonObject Id(TapEvent.Types.Http.Types.StreamId? id) => new() { ["base"] = id?.Base ?? 0, ["stream"] = id?.Stream ?? 0 };

    private static JsonObject? Span(Duration? duration) => duration is null ? null : new JsonObject { ["seconds"] = duration.Seconds, ["nanos"] = duration.Nanos };

    private static JsonArray? HeadersOf(Headers? headers) => headers is null
        ? null
        : new JsonArray([.. headers.Headers_.Select(static JsonNode (h) => h.ValueCase == Headers.Types.Header.ValueOneofCase.ValueBin
            ? new JsonObject { ["name"] = h.Name, ["valueBin"] = h.ValueBin.ToBase64() }
            : new JsonObject { ["name"] = h.Name, ["valueStr"] = h.ValueStr })]);
}
