using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>The <c>outbound_*_route_retry_*</c> families of one route, for one worker.</summary>
public sealed class RetryMetrics
{
    private readonly Counter[] _held;

    internal RetryMetrics(OutboundRouteFamilies families, Labels labels, int worker)
    {
        _held = [families.RetryRequests.With(labels), families.RetrySuccesses.With(labels), families.RetryLimitExceeded.With(labels), families.RetryOverflow.With(labels)];
        Requests = _held[0].For(worker);
        Successes = _held[1].For(worker);
        LimitExceeded = _held[2].For(worker);
        Overflow = _held[3].For(worker);
    }

    /// <summary>Requests sent again.</summary>
    public Cell Requests { get; }

    /// <summary>Of those, the ones that succeeded.</summary>
    public Cell Successes { get; }

    /// <summary>Failures after the last attempt.</summary>
    public Cell LimitExceeded { get; }

    /// <summary>Failures of requests whose body was too large to keep.</summary>
    public Cell Overflow { get; }
}
