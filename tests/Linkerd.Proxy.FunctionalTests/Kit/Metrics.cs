using System.Globalization;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>A scrape: series by family and labels.</summary>
internal sealed class Metrics
{
    private readonly string _text;
    private readonly List<(string Family, string Labels, double Value)> _series = [];

    private Metrics(string text) => _text = text;

    public static Metrics Parse(string text)
    {
        var metrics = new Metrics(text);
        foreach (var line in text.Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var brace = line.IndexOf('{');
            var end = brace < 0 ? line.IndexOf(' ') : line.LastIndexOf('}');
            var family = line[..(brace < 0 ? end : brace)];
            var labels = brace < 0 ? "" : line[(brace + 1)..end];
            var value = line[(end + 1)..].Trim().Split(' ')[0];
            metrics._series.Add((family, labels, double.Parse(value, CultureInfo.InvariantCulture)));
        }

        return metrics;
    }

    /// <summary>The sum of a family's series that have all of the labels, each written <c>name="value"</c>.</summary>
    public double Sum(string family, params string[] labels)
        => _series.Where(s => s.Family == family && labels.All(l => ("," + s.Labels).Contains("," + l, StringComparison.Ordinal))).Sum(s => s.Value);

    public override string ToString() => _text;
}
