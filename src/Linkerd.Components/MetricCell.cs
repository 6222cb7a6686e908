namespace Linkerd.Components;

/// <summary>One number that is counted or set.</summary>
internal sealed class MetricCell
{
    private double _value;

    /// <summary>The number now.</summary>
    public double Value => Read?.Invoke() ?? Volatile.Read(ref _value);

    /// <summary>Asked instead of the stored number, when set.</summary>
    public Func<double>? Read { get; set; }

    /// <summary>Adds; negative amounts are for gauges.</summary>
    public void Add(double amount = 1)
    {
        var seen = Volatile.Read(ref _value);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref _value, seen + amount, seen);
            if (before.Equals(seen))
                return;
            seen = before;
        }
    }

    /// <summary>Sets a gauge.</summary>
    public void Set(double value) => Volatile.Write(ref _value, value);
}
