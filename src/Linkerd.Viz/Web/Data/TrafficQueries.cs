using System.Globalization;
using Linkerd.Stats;
using Linkerd.Stats.Query;

namespace Linkerd.Viz.Web.Data;

/// <summary>Asks a metrics source for the traffic of a selection, grouped by labels. Five queries, whatever the number of groups.</summary>
internal sealed class TrafficQueries(IMetricsSource source)
{
    /// <summary>Quotes a value for a matcher.</summary>
    public static string Quote(string value) =>
        "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    /// <summary>Traffic by group.</summary>
    /// <param name="matchers">Such as <c>direction="inbound"</c>.</param>
    /// <param name="by">Labels to group by.</param>
    /// <param name="group">The group of a row, default to leave it out.</param>
    /// <param name="window">How far back.</param>
    /// <param name="tcp">Also connections and bytes, of the side that is <c>peer</c> for the direction.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Dictionary<TKey, Traffic>> AskAsync<TKey>(string matchers, string by, Func<LabelSet, TKey?> group, TimeSpan window, bool tcp, CancellationToken cancel)
        where TKey : struct
    {
        var w = PromDuration.Format(window);
        var peer = matchers.Contains("direction=\"outbound\"", StringComparison.Ordinal) ? "dst" : "src";
        var tcpMatchers = $"{matchers},peer=\"{peer}\"";
        var responses = source.QueryAsync($"sum(increase(response_total{{{matchers}}}[{w}])) by ({by}, classification)", cancel);
        var latency = source.QueryAsync($"sum(irate(response_latency_ms_bucket{{{matchers}}}[{w}])) by (le, {by})", cancel);
        var open = Tcp($"sum(tcp_open_connections{{{tcpMatchers}}}) by ({by})");
        var read = Tcp($"sum(increase(tcp_read_bytes_total{{{tcpMatchers}}}[{w}])) by ({by})");
        var written = Tcp($"sum(increase(tcp_write_bytes_total{{{tcpMatchers}}}[{w}])) by ({by})");
        await Task.WhenAll(responses, latency, open, read, written);

        var traffic = new Dictionary<TKey, Traffic>();
        Each(await responses, (t, s) => t.AddResponses(s.Labels["classification"], s.Value));
        Each(await latency, static (t, s) => t.AddBucket(Bound(s.Labels["le"]), s.Value));
        Each(await open, static (t, s) => t.AddConnections(s.Value));
        Each(await read, static (t, s) => t.AddBytes(s.Value, null));
        Each(await written, static (t, s) => t.AddBytes(null, s.Value));
        return traffic;

        Task<IReadOnlyList<VectorSample>> Tcp(string query) => tcp ? source.QueryAsync(query, cancel) : Task.FromResult<IReadOnlyList<VectorSample>>([]);

        void Each(IReadOnlyList<VectorSample> vector, Action<Traffic, VectorSample> add)
        {
            foreach (var sample in vector)
            {
                if (!double.IsFinite(sample.Value) || group(sample.Labels) is not { } key)
                    continue;
                if (!traffic.TryGetValue(key, out var entry))
                    traffic[key] = entry = new Traffic();
                add(entry, sample);
            }
        }
    }

    private static double Bound(string le) =>
        le == "+Inf" ? double.PositiveInfinity : double.TryParse(le, NumberStyles.Float, CultureInfo.InvariantCulture, out var bound) ? bound : double.PositiveInfinity;
}
