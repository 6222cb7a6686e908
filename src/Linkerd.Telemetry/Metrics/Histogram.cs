namespace Linkerd.Telemetry;

/// <summary>Counts observations by upper bound.</summary>
public sealed class Histogram : Series
{
    private readonly double[] _bounds;
    private readonly HistogramCell?[] _cells;

    internal Histogram(string labels, int writers, double[] bounds)
        : base(labels)
    {
        _bounds = bounds;
        _cells = new HistogramCell?[writers];
    }

    /// <summary>Observations of all writers.</summary>
    public long Count
    {
        get
        {
            long count = 0;
            foreach (HistogramCell? cell in _cells) count += cell?.Count ?? 0;
            return count;
        }
    }

    /// <summary>What the writer with this index observes into. Resolve it once, at stack build.</summary>
    public HistogramCell For(int writer)
    {
        if (Volatile.Read(ref _cells[writer]) is { } cell) return cell;
        var made = new HistogramCell(_bounds);
        return Interlocked.CompareExchange(ref _cells[writer], made, null) ?? made;
    }

    internal override double ChangeMark() => Count;

    internal override void Write(MetricsWriter writer, string name)
    {
        Span<long> counts = stackalloc long[_bounds.Length + 1];
        counts.Clear();
        double sum = 0;
        foreach (HistogramCell? cell in _cells)
        {
            if (cell is not null) sum += cell.AddTo(counts);
        }

        writer.Histogram(name, LabelText, _bounds, counts, sum);
    }
}
