namespace Linkerd.Stats.Store;

/// <summary>One sample: milliseconds since the Unix epoch, and the value; NaN where the target did not expose the series.</summary>
public readonly record struct Point(long TimeMs, double Value);
