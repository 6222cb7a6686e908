using Linkerd.Http;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Metrics;

/// <summary>Values of the <c>error</c> label of the route families.</summary>
public static class RouteErrors
{
    private static readonly string[] s_grpc =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    /// <summary>Empty when the exchange, or the attempt that it is at, had an answer that ended in order.</summary>
    public static string Of(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        return exchange.Error.Kind switch
        {
            ProxyErrorKind.None => exchange.IsClientGone ? "CANCEL" : Of(exchange.Fault),
            ProxyErrorKind.FailFast => "FAIL_FAST",
            ProxyErrorKind.LoadShed => "LOAD_SHED",
            ProxyErrorKind.RequestTimeout or ProxyErrorKind.ProfileTimeout => "REQUEST_TIMEOUT",
            ProxyErrorKind.ResponseHeadersTimeout => "RESPONSE_HEADERS_TIMEOUT",
            ProxyErrorKind.ResponseTimeout => "RESPONSE_STREAM_TIMEOUT",
            ProxyErrorKind.IdleTimeout => "IDLE_TIMEOUT",
            ProxyErrorKind.PeerReset => exchange.Fault.IsNone ? "RESET" : Of(exchange.Fault),
            ProxyErrorKind.Io or ProxyErrorKind.ConnectFailed => "IO",
            _ => "UNKNOWN",
        };
    }

    /// <summary>The name of a gRPC code; empty for none.</summary>
    public static string GrpcStatus(int code) => code < 0 ? string.Empty : code < s_grpc.Length ? s_grpc[code] : "UNKNOWN";

    private static string Of(in HttpFault fault) => fault.Origin switch
    {
        HttpFaultOrigin.None => string.Empty,
        HttpFaultOrigin.Connection => "IO",
        HttpFaultOrigin.Refused => fault.Code == HttpErrorCode.RefusedStream ? "REFUSED" : "GO_AWAY",
        _ => fault.Code switch
        {
            HttpErrorCode.Cancel => "CANCEL",
            HttpErrorCode.RefusedStream => "REFUSED",
            HttpErrorCode.EnhanceYourCalm => "ENHANCE_YOUR_CALM",
            _ => "RESET",
        },
    };
}
