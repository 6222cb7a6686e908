using Linkerd.Model;
using Wire = Linkerd.Api.Outbound;

namespace Linkerd.Api.Mapping;

/// <summary>Circuit breakers and backoffs off the wire.</summary>
internal static class Breakers
{
    public static FailureAccrual? ToModel(Wire.FailureAccrual? accrual)
    {
        var minReady = (int)Math.Min(accrual?.Ejection?.MinReadyEndpoints ?? 0, int.MaxValue);
        switch (accrual?.KindCase)
        {
            case Wire.FailureAccrual.KindOneofCase.ConsecutiveFailures:
                var consecutive = accrual.ConsecutiveFailures;
                return new FailureAccrual.Consecutive((int)Math.Min(consecutive.MaxFailures, int.MaxValue))
                {
                    Backoff = ToModel(consecutive.Backoff) ?? Default,
                    RespectRetryAfter = consecutive.Backoff?.RespectRetryAfterHint ?? false,
                    MinReadyEndpoints = minReady,
                };
            case Wire.FailureAccrual.KindOneofCase.Unified:
                var unified = accrual.Unified;
                return new FailureAccrual.Unified(
                    Math.Clamp(unified.SuccessRateThreshold, 0, 1),
                    Durations.ToModel(unified.Decay, "unified.decay", TimeSpan.FromSeconds(10)),
                    (int)Math.Min(unified.MinRequests, int.MaxValue),
                    (int)Math.Min(unified.MaxConsecutiveFailures, int.MaxValue))
                {
                    Backoff = ToModel(unified.Backoff) ?? Default,
                    RespectRetryAfter = unified.Backoff?.RespectRetryAfterHint ?? false,
                    MinReadyEndpoints = minReady,
                };
            default:
                return null;
        }
    }

    public static ExponentialBackoff? ToModel(Wire.ExponentialBackoff? backoff)
    {
        if (backoff is null)
            return null;
        var min = Durations.ToModel(backoff.MinBackoff, "backoff.min_backoff") ?? TimeSpan.Zero;
        var max = Durations.ToModel(backoff.MaxBackoff, "backoff.max_backoff") ?? TimeSpan.Zero;
        if (min <= TimeSpan.Zero || max < min)
            throw new WireException($"backoff: min_backoff {min} must be above 0 and not above max_backoff {max}");
        if (backoff.JitterRatio is not (>= 0 and <= 100))
            throw new WireException($"backoff.jitter_ratio: {backoff.JitterRatio} is not from 0 to 100");
        return new ExponentialBackoff(min, max, backoff.JitterRatio);
    }

    private static ExponentialBackoff Default { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), 0.5);
}
