using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Balance;

/// <summary>Tells failures from successes: 5xx, the gRPC codes that mean the server's fault, and streams that broke.</summary>
public static class Classification
{
    /// <summary>gRPC: UNKNOWN, DEADLINE_EXCEEDED, PERMISSION_DENIED, INTERNAL, UNAVAILABLE, DATA_LOSS.</summary>
    public static bool IsGrpcFailure(int code) => code is 2 or 4 or 7 or 13 or 14 or 15;

    public static bool IsFailure(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        return !exchange.Error.IsNone || !exchange.Fault.IsNone || IsFailedAnswer(exchange);
    }

    /// <summary>The same of the answer alone, whatever became of its stream.</summary>
    public static bool IsFailedAnswer(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        if (exchange.Classifier?.IsFailure(exchange.Status) is { } known) return known;
        return exchange.GrpcStatus >= 0 ? IsGrpcFailure(exchange.GrpcStatus) : exchange.Status is >= 500 or 0;
    }
}
