namespace Linkerd.Model;

/// <summary>Waits between attempts: doubling from <see cref="Min"/> to <see cref="Max"/>, each lengthened by up to <see cref="Jitter"/> of itself.</summary>
/// <param name="Min">First wait; greater than zero.</param>
/// <param name="Max">Longest wait before jitter; at least <see cref="Min"/>.</param>
/// <param name="Jitter">Ratio, 0 to 100.</param>
public sealed record ExponentialBackoff(TimeSpan Min, TimeSpan Max, double Jitter)
{
    /// <summary>100 ms to 10 s with a tenth of jitter: what control-plane clients use.</summary>
    public static ExponentialBackoff ControlDefault { get; } = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), 0.1);

    /// <summary>The wait before attempt number <paramref name="attempt"/> (0 is the first retry); <paramref name="random"/> in [0,1) picks the jitter.</summary>
    public TimeSpan Delay(int attempt, double random)
    {
        double factor = Math.Pow(2, Math.Clamp(attempt, 0, 62));
        double ticks = Math.Min(Min.Ticks * factor, Max.Ticks);
        return TimeSpan.FromTicks((long)(ticks * (1 + (Jitter * random))));
    }
}
