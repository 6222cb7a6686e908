using Linkerd.Model;

namespace Linkerd.Controller.Policy.Core;

/// <summary>What the annotations of a Service or EgressNetwork say about traffic to it.</summary>
/// <param name="Breaker">When endpoints are taken out, or null for never.</param>
/// <param name="Penalty">What failures add to an endpoint's load, or null for nothing.</param>
/// <param name="Tuning">Time-outs and retries.</param>
internal sealed record ParentSettings(FailureAccrual? Breaker, LoadPenalty? Penalty, RouteTuning Tuning)
{
    /// <summary>Nothing is said.</summary>
    public static ParentSettings None { get; } = new(null, null, new RouteTuning());

    /// <summary>Reads annotations; what cannot be used is left out.</summary>
    public static ParentSettings Read(IReadOnlyDictionary<string, string>? annotations) =>
        annotations is null ? None : new ParentSettings(BreakerAnnotations.Breaker(annotations), BreakerAnnotations.Penalty(annotations), RouteTuning.Read(annotations));
}
