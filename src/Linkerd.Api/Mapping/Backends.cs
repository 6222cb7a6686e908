using Linkerd.Model;
using Wire = Linkerd.Api.Outbound;

namespace Linkerd.Api.Mapping;

/// <summary>Backends and timeouts of outbound routes off the wire.</summary>
internal static class Backends
{
    public static Backend ToModel(Wire.Backend? backend) => new()
    {
        Meta = Metas.ToModel(backend?.Metadata),
        Forward = backend?.KindCase == Wire.Backend.KindOneofCase.Forward ? Endpoints.ToModel(backend.Forward, LabelSet.Empty) : null,
        Balancer = backend?.KindCase switch
        {
            Wire.Backend.KindOneofCase.Balancer => ToModel(backend.Balancer),
            Wire.Backend.KindOneofCase.Forward => null,
            _ => throw new WireException("backend: neither forward nor balancer is set"),
        },
        Queue = backend.Queue is { } queue
            ? new QueuePolicy(queue.Capacity > 0 ? (int)Math.Min(queue.Capacity, int.MaxValue) : QueuePolicy.Default.Capacity, Durations.ToModel(queue.FailfastTimeout, "queue.failfast_timeout", QueuePolicy.Default.FailfastTimeout))
            : QueuePolicy.Default,
    };

    public static RouteTimeouts ToModel(HttpRoute.Timeouts? timeouts) => timeouts is null
        ? RouteTimeouts.None
        : new RouteTimeouts(Durations.ToModel(timeouts.Response, "timeouts.response"), Durations.ToModel(timeouts.Request, "timeouts.request"), Durations.ToModel(timeouts.Idle, "timeouts.idle"));

    private static BalancerPolicy ToModel(Wire.Backend.Types.BalanceP2c balancer)
    {
        var policy = new BalancerPolicy
        {
            Destination = balancer.Discovery?.Dst?.Path is { Length: > 0 } path ? path : throw new WireException("balancer.discovery.dst.path: missing"),
        };
        if (balancer.PeakEwma is { } peak)
        {
            return policy with
            {
                DefaultRtt = Durations.ToModel(peak.DefaultRtt, "peak_ewma.default_rtt", policy.DefaultRtt),
                Decay = Durations.ToModel(peak.Decay, "peak_ewma.decay", policy.Decay),
            };
        }

        if (balancer.PenaltyPeakEwma is not { } penalty)
            return policy;
        var decay = Durations.ToModel(penalty.Decay, "penalty_peak_ewma.decay", policy.Decay);
        return policy with
        {
            DefaultRtt = Durations.ToModel(penalty.DefaultRtt, "penalty_peak_ewma.default_rtt", policy.DefaultRtt),
            Decay = decay,
            Penalty = new LoadPenalty(
                Durations.ToModel(penalty.Penalty, "penalty_peak_ewma.penalty", TimeSpan.FromSeconds(5)),
                Durations.ToModel(penalty.MaxRetryAfter, "penalty_peak_ewma.max_retry_after", TimeSpan.FromSeconds(300)),
                Durations.ToModel(penalty.PenaltyDecay, "penalty_peak_ewma.penalty_decay", decay)),
        };
    }
}
