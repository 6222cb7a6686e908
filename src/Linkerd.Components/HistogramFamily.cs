using System.Globalization;
using System.Text;

namespace Linkerd.Components;

/// <summary>Histograms of one name that differ in their labels.</summary>
internal sealed class HistogramFamily(string name, string help, double[] buckets, string[] labels) : IMetricFamily
{
    private readonly Dictionary<string, HistogramCell> _cells = [];
    private readonly Lock _lock = new();

    /// <summary>The histogram with these label values. The caller keeps it: this takes a lock.</summary>
    public HistogramCell With(params ReadOnlySpan<string> values)
    {
        var key = MetricLabels.Format(name, labels, values);
        lock (_lock)
        {
            if (!_cells.TryGetValue(key, out var cell))
                _cells.Add(key, cell = new HistogramCell(buckets));
            return cell;
        }
    }

    public void WriteTo(StringBuilder text)
    {
        lock (_lock)
        {
            if (_cells.Count == 0)
                return;
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} histogram\n");
            foreach (var (key, cell) in _cells)
                Write(text, key, cell);
        }
    }

    private void Write(StringBuilder text, string key, HistogramCell cell)
    {
        var comma = key.Length == 0 ? "" : ",";
        var own = key.Length == 0 ? "" : "{" + key + "}";
        var (counts, sum) = cell.Read();
        var total = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            var limit = i < buckets.Length ? buckets[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{key}{comma}le=\"{limit}\"}} {total}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{name}_sum{own} {sum}\n{name}_count{own} {total}\n");
    }
}
