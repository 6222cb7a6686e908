using Linkerd.Model;

namespace Linkerd.Proxy.Balance;

/// <summary>What failures add to an endpoint's latency: it jumps to the penalty, or to what the server asked for, and decays.</summary>
public struct PenaltyEstimate
{
    private readonly LoadPenalty? _policy;
    private readonly double _decay;
    private double _value;
    private long _updated;

    public PenaltyEstimate(LoadPenalty? policy)
    {
        _policy = policy;
        _decay = Math.Max(policy?.Decay.TotalNanoseconds ?? 0, 1e6);
    }

    /// <summary>Nanoseconds now.</summary>
    public readonly double At(long now) => _value == 0 ? 0 : _value * Math.Exp(-Math.Max(0, now - _updated) / _decay);

    /// <summary>A failure; <paramref name="hint"/> is how long the server wants to be left alone, zero for no word.</summary>
    public void OnFailure(long now, TimeSpan hint)
    {
        if (_policy is not { } policy) return;
        TimeSpan bounded = hint < policy.MaxRetryAfter ? hint : policy.MaxRetryAfter;
        double penalty = (bounded > policy.Penalty ? bounded : policy.Penalty).TotalNanoseconds;
        _value = Math.Max(At(now), penalty);
        _updated = now;
    }
}
