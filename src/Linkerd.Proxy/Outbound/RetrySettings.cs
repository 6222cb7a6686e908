using Linkerd.Model;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Outbound;

/// <summary>When a route's requests are sent again, and how often. Immutable.</summary>
internal sealed record RetrySettings
{
    /// <summary>Body bytes kept at most, whatever policy says.</summary>
    public const int MaxReplayBytes = 64 * 1024;

    private const int MostRetries = 1000;

    public int MaxRetries { get; init; } = 1;

    public int MaxBytes { get; init; } = MaxReplayBytes;

    public IReadOnlyList<(int Start, int End)> Statuses { get; init; } = [];

    /// <summary>Bit n for gRPC code n.</summary>
    public int GrpcCodes { get; init; }

    /// <summary>Until the head of an attempt's response; zero for none. The last attempt has no such limit.</summary>
    public TimeSpan HeadersTimeout { get; init; }

    public ExponentialBackoff? Backoff { get; init; }

    /// <summary>Whether <c>retry-after</c> and <c>grpc-retry-pushback-ms</c> lengthen the backoff.</summary>
    public bool RespectsRetryAfter { get; init; }

    public static RetrySettings? Compile(RetryPolicy? policy) => policy is null ? null : new RetrySettings
    {
        MaxRetries = Math.Clamp(policy.MaxRetries, 0, MostRetries),
        MaxBytes = Math.Clamp(policy.MaxRequestBytes, 0, MaxReplayBytes),
        Statuses = policy.StatusRanges,
        GrpcCodes = policy.GrpcCodes.Aggregate(0, static (bits, code) => bits | (1 << code)),
        HeadersTimeout = policy.Timeout ?? default,
        Backoff = policy.Backoff,
        RespectsRetryAfter = policy.RespectRetryAfter,
    };

    /// <summary>
    /// The attempt failed in a way that another may not: a status or code of the conditions, no endpoint, no answer in time, or a stream that the peer
    /// refused. Connect failures count as the answer that they become. A shed request is not tried again.
    /// </summary>
    public bool IsRetryable(HttpExchange exchange)
    {
        switch (exchange.Error.Kind)
        {
            case ProxyErrorKind.None or ProxyErrorKind.PeerReset or ProxyErrorKind.Io:
                break;
            case ProxyErrorKind.FailFast or ProxyErrorKind.ResponseHeadersTimeout:
                return true;
            case ProxyErrorKind.ConnectFailed:
                return exchange.IsGrpc && GrpcCodes != 0 ? HasCode(14) : HasStatus(502);
            default:
                return false;
        }

        if (exchange.Status == 0) return exchange.Fault.IsRetryable;
        return exchange.GrpcStatus >= 0 && GrpcCodes != 0 ? HasCode(exchange.GrpcStatus) : HasStatus(exchange.Status);
    }

    private bool HasCode(int code) => code is >= 0 and <= 16 && (GrpcCodes >> code & 1) != 0;

    private bool HasStatus(int status)
    {
        for (int i = 0; i < Statuses.Count; i++)
        {
            if (status >= Statuses[i].Start && status <= Statuses[i].End) return true;
        }

        return false;
    }
}
