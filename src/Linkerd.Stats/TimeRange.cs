namespace Linkerd.Stats;

/// <summary>The moments of a range query: from start to end, both included, a step apart. Unix milliseconds.</summary>
public readonly record struct TimeRange
{
    /// <summary>Most moments of one query: Prometheus' own bound.</summary>
    public const int MaxCount = 11_000;

    /// <summary>Checks and keeps the bounds.</summary>
    /// <exception cref="ArgumentException">The step is not positive, the end is before the start, or there are more than <see cref="MaxCount"/> moments.</exception>
    public TimeRange(long startMs, long endMs, long stepMs)
    {
        if (stepMs <= 0)
            throw new ArgumentException($"step: {stepMs} ms is not positive", nameof(stepMs));
        if (endMs < startMs)
            throw new ArgumentException("the end of the range is before its start", nameof(endMs));
        if ((endMs - startMs) / stepMs >= MaxCount)
            throw new ArgumentException($"the range has more than {MaxCount} moments; widen the step", nameof(stepMs));
        (StartMs, EndMs, StepMs) = (startMs, endMs, stepMs);
    }

    /// <summary>The first moment.</summary>
    public long StartMs { get; }

    /// <summary>No moment is later.</summary>
    public long EndMs { get; }

    /// <summary>Milliseconds between moments.</summary>
    public long StepMs { get; }

    /// <summary>How many moments there are.</summary>
    public int Count => (int)((EndMs - StartMs) / StepMs) + 1;

    /// <summary>The range of a length that ends now, on whole steps: who asks again within a step asks the same.</summary>
    public static TimeRange Last(TimeSpan length, TimeSpan step, TimeProvider time)
    {
        var stepMs = (long)step.TotalMilliseconds;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var end = now - (now % stepMs);
        return new TimeRange(end - (long)length.TotalMilliseconds, end, stepMs);
    }
}
