using System.Globalization;
using Linkerd.Model;

namespace Linkerd.Controller.Policy.Core;

/// <summary>Circuit breaking and load biasing as annotations of a Service or EgressNetwork ask for them.</summary>
internal static class BreakerAnnotations
{
    private const string Accrual = "balancer.linkerd.io/failure-accrual";
    private const string Consecutive = Accrual + "-consecutive-";
    private const string Alpha = "balancer.alpha.linkerd.io/";
    private const int MaxMinRequests = 1_000_000;

    /// <summary>The breaker; null when none is asked for, or an annotation about it cannot be used.</summary>
    public static FailureAccrual? Breaker(IReadOnlyDictionary<string, string> annotations)
    {
        if (!annotations.TryGetValue(Accrual, out var mode) || mode is not ("consecutive" or "unified"))
            return null;
        if (Count(annotations, Consecutive + "max-failures", 7, int.MaxValue) is not { } failures || Backoff(annotations) is not { } backoff)
            return null;
        return mode == "consecutive" ? new FailureAccrual.Consecutive(failures) { Backoff = backoff } : Unified(annotations, failures, backoff);
    }

    /// <summary>The penalty; null when none is asked for.</summary>
    public static LoadPenalty? Penalty(IReadOnlyDictionary<string, string> annotations)
    {
        if (!Flag(annotations, Alpha + "penalize-failures"))
            return null;
        var penalty = Time(annotations, Alpha + "load-biaser-penalty", TimeSpan.FromSeconds(5));
        var longest = Time(annotations, Alpha + "load-biaser-max-retry-after", TimeSpan.FromSeconds(300));
        return penalty is null || longest is null ? null : new LoadPenalty(penalty.Value, longest.Value, TimeSpan.FromSeconds(10));
    }

    private static FailureAccrual.Unified? Unified(IReadOnlyDictionary<string, string> annotations, int failures, ExponentialBackoff backoff)
    {
        var text = annotations.GetValueOrDefault(Alpha + "failure-accrual-success-rate-threshold") ?? "0.8";
        if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var threshold) || threshold is not (> 0 and <= 1))
            return null;
        var window = Time(annotations, Alpha + "failure-accrual-success-rate-window", TimeSpan.FromSeconds(10));
        if (window is null || window < TimeSpan.FromMilliseconds(10) || Count(annotations, Alpha + "failure-accrual-success-rate-min-requests", 5, MaxMinRequests) is not { } requests)
            return null;
        return new FailureAccrual.Unified(threshold, window.Value, requests, failures)
        {
            Backoff = backoff,
            RespectRetryAfter = Flag(annotations, Alpha + "failure-accrual-honor-retry-after"),
        };
    }

    private static ExponentialBackoff? Backoff(IReadOnlyDictionary<string, string> annotations)
    {
        if (Time(annotations, Consecutive + "min-penalty", TimeSpan.FromSeconds(1)) is not { } min || Time(annotations, Consecutive + "max-penalty", TimeSpan.FromSeconds(60)) is not { } max || max < min)
            return null;
        var text = annotations.GetValueOrDefault(Consecutive + "jitter-ratio") ?? "0.5";
        return float.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var jitter) && jitter is >= 0 and <= 100 ? new ExponentialBackoff(min, max, jitter) : null;
    }

    private static TimeSpan? Time(IReadOnlyDictionary<string, string> annotations, string key, TimeSpan fallback) =>
        !annotations.TryGetValue(key, out var text) ? fallback : UnitDuration.TryParse(text, out var value) && value > TimeSpan.Zero ? value : null;

    private static int? Count(IReadOnlyDictionary<string, string> annotations, string key, int fallback, int max) =>
        !annotations.TryGetValue(key, out var text) ? fallback : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= 1 && value <= max ? value : null;

    private static bool Flag(IReadOnlyDictionary<string, string> annotations, string key) => annotations.GetValueOrDefault(key) is "true" or "1" or "t" or "T" or "TRUE" or "True";
}
