using System.Text;

namespace Linkerd.Components;

/// <summary>What a component counts, in the Prometheus text form. Thread-safe.</summary>
internal sealed class MetricRegistry
{
    private readonly SortedDictionary<string, IMetricFamily> _families = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>A counter family; asking twice gives the same.</summary>
    public MetricFamily Counter(string name, string help, params string[] labels) => Family(name, "counter", help, labels);

    /// <summary>A gauge family.</summary>
    public MetricFamily Gauge(string name, string help, params string[] labels) => Family(name, "gauge", help, labels);

    /// <summary>A gauge whose value is asked for at each scrape.</summary>
    public void Gauge(string name, string help, Func<double> read) => Family(name, "gauge", help, []).With().Read = read;

    /// <summary>A histogram family with these upper limits of its buckets, ascending, without +Inf.</summary>
    public HistogramFamily Histogram(string name, string help, double[] buckets, params string[] labels) =>
        Family(name, () => new HistogramFamily(name, help, buckets, labels));

    /// <summary>The whole page.</summary>
    public string Expose()
    {
        var text = new StringBuilder();
        lock (_lock)
        {
            foreach (var family in _families.Values)
                family.WriteTo(text);
        }

        return text.ToString();
    }

    private MetricFamily Family(string name, string type, string help, string[] labels) =>
        Family(name, () => new MetricFamily(name, type, help, labels));

    private T Family<T>(string name, Func<T> create)
        where T : class, IMetricFamily
    {
        lock (_lock)
        {
            if (!_families.TryGetValue(name, out var family))
                _families.Add(name, family = create());
            return (T)family;
        }
    }
}
