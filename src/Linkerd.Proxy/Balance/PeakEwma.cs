namespace Linkerd.Proxy.Balance;

/// <summary>
/// An exponentially weighted moving average of latency that jumps up to a peak at once and decays back over time, also while
/// nothing is measured: an endpoint that was slow once is tried again.
/// </summary>
public struct PeakEwma
{
    private readonly double _decay;
    private double _estimate;
    private long _updated;

    /// <param name="initial">Estimate of an endpoint not yet used, in nanoseconds.</param>
    /// <param name="decay">Time after which a measurement weighs 1/e, in nanoseconds; at least 1 ms.</param>
    /// <param name="now">Monotonic nanoseconds.</param>
    public PeakEwma(double initial, double decay, long now)
    {
        _decay = Math.Max(decay, 1e6);
        _estimate = initial;
        _updated = now;
    }

    /// <summary>Takes a measurement, in nanoseconds.</summary>
    public void Observe(double latency, long now)
    {
        if (latency > _estimate)
        {
            _estimate = latency;
        }
        else
        {
            double weight = Math.Exp(-Math.Max(0, now - _updated) / _decay);
            _estimate = (_estimate * weight) + (latency * (1 - weight));
        }

        _updated = now;
    }

    /// <summary>The estimate now, in nanoseconds.</summary>
    public readonly double At(long now) => _estimate * Math.Exp(-Math.Max(0, now - _updated) / _decay);
}
