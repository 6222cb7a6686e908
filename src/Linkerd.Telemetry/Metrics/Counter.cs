namespace Linkerd.Telemetry;

/// <summary>A number that only grows.</summary>
public sealed class Counter : Series
{
    private readonly Cell?[] _cells;

    internal Counter(string labels, int writers)
        : base(labels) => _cells = new Cell?[writers];

    /// <summary>The sum of all writers.</summary>
    public long Value => Cells.Sum(_cells);

    /// <summary>What the writer with this index increments. Resolve it once, at stack build.</summary>
    public Cell For(int writer) => Cells.Get(_cells, writer);

    internal override double ChangeMark() => Value;

    internal override void Write(MetricsWriter writer, string name) => writer.Sample(name, LabelText, Value);
}
