using System.Globalization;
using System.Text;

namespace Linkerd.Components;

/// <summary>Metrics of one name that differ in their labels; bounded, the surplus is counted together under the label value <c>other</c>.</summary>
internal sealed class MetricFamily(string name, string type, string help, string[] labels) : IMetricFamily
{
    private const int MaxCells = 10_000;

    private readonly Dictionary<string, MetricCell> _cells = [];
    private readonly Lock _lock = new();

    /// <summary>The metric with these label values, in the order of the declared labels.</summary>
    public MetricCell With(params ReadOnlySpan<string> values)
    {
        var key = Key(values);
        lock (_lock)
        {
            if (_cells.TryGetValue(key, out var cell))
                return cell;
            if (_cells.Count >= MaxCells)
                key = Key(Enumerable.Repeat("other", labels.Length).ToArray());
            if (!_cells.TryGetValue(key, out cell))
                _cells.Add(key, cell = new MetricCell());
            return cell;
        }
    }

    /// <summary>Drops the metric with these label values.</summary>
    public void Remove(params ReadOnlySpan<string> values)
    {
        lock (_lock)
            _cells.Remove(Key(values));
    }

    public void WriteTo(StringBuilder text)
    {
        lock (_lock)
        {
            if (_cells.Count == 0)
                return;
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
            foreach (var (key, cell) in _cells)
                text.Append(CultureInfo.InvariantCulture, $"{name}{key} {cell.Value}\n");
        }
    }

    private string Key(ReadOnlySpan<string> values) => labels.Length == 0 && values.IsEmpty ? "" : "{" + MetricLabels.Format(name, labels, values) + "}";
}
