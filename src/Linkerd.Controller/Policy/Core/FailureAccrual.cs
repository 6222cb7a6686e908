using Linkerd.Controller.Common;

namespace Linkerd.Controller.Policy.Core;

/// <summary>Takes an endpoint out of balancing after failures in a row.</summary>
/// <param name="MaxFailures">So many; default 7.</param>
/// <param name="MinBackoff">First pause before the endpoint is tried again; default 1 s.</param>
/// <param name="MaxBackoff">Longest pause; default 60 s.</param>
/// <param name="JitterRatio">Share of a pause that chance adds, 0 to 100; default 0.5.</param>
public sealed record FailureAccrual(int MaxFailures, TimeSpan MinBackoff, TimeSpan MaxBackoff, float JitterRatio)
{
    private const string Prefix = "balancer.linkerd.io/failure-accrual";

    /// <summary>Reads the annotations of a Service; null when they do not ask for it, or one of them cannot be used.</summary>
    public static FailureAccrual? Read(IReadOnlyDictionary<string, string>? annotations)
    {
        if (annotations is null || !annotations.TryGetValue(Prefix, out var mode) || mode != "consecutive")
            return null;
        string? Text(string name) => annotations.GetValueOrDefault(Prefix + "-consecutive-" + name);
        if (!int.TryParse(Text("max-failures") ?? "7", out var failures) || failures < 1)
            return null;
        if (!AnnotationDuration.TryParse(Text("min-penalty") ?? "1s", out var min) || !AnnotationDuration.TryParse(Text("max-penalty") ?? "60s", out var max) || max < min || min == TimeSpan.Zero)
            return null;
        return float.TryParse(Text("jitter-ratio") ?? "0.5", System.Globalization.CultureInfo.InvariantCulture, out var jitter) && jitter is >= 0 and <= 100
            ? new FailureAccrual(failures, min, max, jitter)
            : null;
    }
}
