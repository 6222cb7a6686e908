namespace Linkerd.Telemetry;

/// <summary>A number that goes up and down; each writer adds and takes away in its own cell.</summary>
public sealed class Gauge : Series
{
    private readonly Cell?[] _cells;

    internal Gauge(string labels, int writers)
        : base(labels) => _cells = new Cell?[writers];

    /// <summary>The sum of all writers.</summary>
    public long Value => Cells.Sum(_cells);

    internal override bool IsLive => Value != 0;

    /// <summary>What the writer with this index changes. Resolve it once, at stack build.</summary>
    public Cell For(int writer) => Cells.Get(_cells, writer);

    internal override double ChangeMark() => Value;

    internal override void Write(MetricsWriter writer, string name) => writer.Sample(name, LabelText, Value);
}
