using Google.Protobuf.WellKnownTypes;
using Linkerd.Model;
using Wire = Linkerd.Api.Outbound;

namespace Linkerd.Api.Mapping;

/// <summary>Backends, timeouts and breakers onto the wire; <see cref="Backends"/> and <see cref="Breakers"/> read them back.</summary>
internal static class BackendMessages
{
    public static Wire.Backend ToWire(Backend backend)
    {
        var message = new Wire.Backend
        {
            Metadata = Metas.ToWire(backend.Meta),
            Queue = new Wire.Queue { Capacity = (uint)backend.Queue.Capacity, FailfastTimeout = Duration.FromTimeSpan(backend.Queue.FailfastTimeout) },
        };
        if (backend.Forward is { } endpoint)
            message.Forward = Endpoints.ToWire(endpoint);
        else if (backend.Balancer is { } balancer)
            message.Balancer = ToWire(balancer);
        return message;
    }

    public static HttpRoute.Timeouts? ToWire(RouteTimeouts timeouts) => timeouts == RouteTimeouts.None
        ? null
        : new HttpRoute.Timeouts { Response = DurationMessages.ToWire(timeouts.Response), Request = DurationMessages.ToWire(timeouts.Request), Idle = DurationMessages.ToWire(timeouts.Idle) };

    public static Wire.FailureAccrual? ToWire(FailureAccrual? accrual)
    {
        if (accrual is null)
            return null;
        var backoff = ToWire(accrual.Backoff, accrual.RespectRetryAfter);
        var message = new Wire.FailureAccrual();
        if (accrual.MinReadyEndpoints > 0)
            message.Ejection = new Wire.EjectionConfig { MinReadyEndpoints = (uint)accrual.MinReadyEndpoints };
        switch (accrual)
        {
            case FailureAccrual.Consecutive consecutive:
                message.ConsecutiveFailures = new Wire.FailureAccrual.Types.ConsecutiveFailures { MaxFailures = (uint)consecutive.MaxFailures, Backoff = backoff };
                break;
            case FailureAccrual.Unified unified:
                message.Unified = new Wire.FailureAccrual.Types.Unified
                {
                    SuccessRateThreshold = unified.SuccessRateThreshold,
                    Decay = Duration.FromTimeSpan(unified.Decay),
                    MinRequests = (uint)unified.MinRequests,
                    MaxConsecutiveFailures = (uint)unified.MaxConsecutiveFailures,
                    Backoff = backoff,
                };
                break;
        }

        return message;
    }

    public static Wire.ExponentialBackoff? ToWire(ExponentialBackoff? backoff, bool respectsRetryAfter) => backoff is null ? null : new Wire.ExponentialBackoff
    {
        MinBackoff = Duration.FromTimeSpan(backoff.Min),
        MaxBackoff = Duration.FromTimeSpan(backoff.Max),
        JitterRatio = (float)backoff.Jitter,
        RespectRetryAfterHint = respectsRetryAfter,
    };

    private static Wire.Backend.Types.BalanceP2c ToWire(BalancerPolicy balancer)
    {
        var message = new Wire.Backend.Types.BalanceP2c
        {
            Discovery = new Wire.Backend.Types.EndpointDiscovery { Dst = new Wire.Backend.Types.EndpointDiscovery.Types.DestinationGet { Path = balancer.Destination } },
        };
        if (balancer.Penalty is { } penalty)
        {
            message.PenaltyPeakEwma = new Wire.Backend.Types.BalanceP2c.Types.PenaltyPeakEwma
            {
                DefaultRtt = Duration.FromTimeSpan(balancer.DefaultRtt),
                Decay = Duration.FromTimeSpan(balancer.Decay),
                Penalty = Duration.FromTimeSpan(penalty.Penalty),
                MaxRetryAfter = Duration.FromTimeSpan(penalty.MaxRetryAfter),
                PenaltyDecay = Duration.FromTimeSpan(penalty.Decay),
            };
        }
        else
        {
            message.PeakEwma = new Wire.Backend.Types.BalanceP2c.Types.PeakEwma { DefaultRtt = Duration.FromTimeSpan(balancer.DefaultRtt), Decay = Duration.FromTimeSpan(balancer.Decay) };
        }

        return message;
    }
}
