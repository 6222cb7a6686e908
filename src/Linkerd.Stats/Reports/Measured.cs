namespace Linkerd.Stats.Reports;

/// <summary>What the metrics say of the rows of a <see cref="StatReport"/>.</summary>
internal sealed class Measured(
    StatQueries queries,
    Dictionary<LabelSet, TrafficStats> traffic,
    Dictionary<LabelSet, double> open,
    Dictionary<LabelSet, double> read,
    Dictionary<LabelSet, double> written,
    Dictionary<LabelSet, double> denied)
{
    private readonly bool _byServer = queries.By.Contains("srv_name");

    /// <summary>Every name that there was traffic of.</summary>
    public IEnumerable<(string Namespace, string Name)> Names() =>
        traffic.Keys.Select(k => (k[queries.NamespaceLabel], k[queries.NameLabel])).Distinct();

    /// <summary>The Servers at which a route was enforced; for other kinds, and for a route without traffic, one row with none.</summary>
    public IEnumerable<string?> ServersOf(WorkloadInfo info)
    {
        if (!_byServer)
            return [null];
        var servers = traffic.Keys.Concat(denied.Keys)
            .Where(k => k[queries.NamespaceLabel] == info.Namespace && k[queries.NameLabel] == info.Name)
            .Select(static k => (string?)k["srv_name"]).Distinct().ToArray();
        return servers.Length == 0 ? [null] : servers;
    }

    public bool HasTraffic(StatRow row) => traffic.ContainsKey(KeyOf(row));

    public StatRow Fill(StatRow row, TimeSpan window)
    {
        var key = KeyOf(row);
        var stats = traffic.GetValueOrDefault(key, TrafficStats.None);
        var isPolicy = row.Kind is "server" or "httproute";
        return row with
        {
            Successes = stats.Successes,
            Failures = stats.Failures,
            Success = stats.SuccessRate,
            RequestsPerSecond = stats.Rps(window),
            LatencyP50 = stats.LatencyP50,
            LatencyP95 = stats.LatencyP95,
            LatencyP99 = stats.LatencyP99,
            TcpConnections = Traffic.Number(open, key),
            ReadBytesPerSecond = Traffic.Number(read, key) / window.TotalSeconds,
            WriteBytesPerSecond = Traffic.Number(written, key) / window.TotalSeconds,
            UnauthorizedPerSecond = isPolicy ? (Traffic.Number(denied, key) ?? 0) / window.TotalSeconds : null,
        };
    }

    private LabelSet KeyOf(StatRow row)
    {
        var pairs = new List<KeyValuePair<string, string>> { new(queries.NameLabel, row.Name) };
        if (queries.NamespaceLabel != queries.NameLabel)
            pairs.Add(new(queries.NamespaceLabel, row.Namespace));
        if (_byServer)
            pairs.Add(new("srv_name", row.Server ?? ""));
        return LabelSet.Of(pairs);
    }
}
