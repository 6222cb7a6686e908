namespace Linkerd.Stats.Reports;

/// <summary>Success, rate, latency and connections of resources: the cluster's objects joined with what their proxies measured.</summary>
public sealed class StatReport(IMetricsSource metrics, IWorkloadSource workloads)
{
    /// <summary>The shortest window that two scrapes ten seconds apart surely fill.</summary>
    public static readonly TimeSpan MinWindow = TimeSpan.FromSeconds(15);

    /// <summary>Rows sorted by namespace and name. Without <see cref="StatRequest.Unmeshed"/> or <see cref="StatRequest.From"/>, unmeshed ones are left out.</summary>
    /// <exception cref="ArgumentException">The window is too short, or both directions are asked for.</exception>
    public async Task<IReadOnlyList<StatRow>> RunAsync(StatRequest request, CancellationToken cancellationToken)
    {
        if (request.Window < MinWindow)
            throw new ArgumentException($"metrics time window needs to be at least {MinWindow.TotalSeconds:0}s, but is {request.Window.TotalSeconds:0}s");
        if (request.To is not null && request.From is not null)
            throw new ArgumentException("--to and --from flags are mutually exclusive");

        var queries = new StatQueries(request);
        var listed = workloads.ListAsync(request.Target, request.LabelSelector, cancellationToken);
        var responses = metrics.QueryAsync(queries.Responses, cancellationToken);
        var p50 = metrics.QueryAsync(queries.Latency("0.5"), cancellationToken);
        var p95 = metrics.QueryAsync(queries.Latency("0.95"), cancellationToken);
        var p99 = metrics.QueryAsync(queries.Latency("0.99"), cancellationToken);
        var open = metrics.QueryAsync(queries.OpenConnections, cancellationToken);
        var read = metrics.QueryAsync(queries.ReadBytes, cancellationToken);
        var written = metrics.QueryAsync(queries.WriteBytes, cancellationToken);
        await Task.WhenAll(listed, responses, p50, p95, p99, open, read, written);

        var key = new RowKeys(queries);
        var (success, failure) = (new Dictionary<(string, string), double>(), new Dictionary<(string, string), double>());
        foreach (var sample in await responses)
        {
            var counts = sample.Labels["classification"] == "success" ? success : failure;
            counts[key.Of(sample)] = counts.GetValueOrDefault(key.Of(sample)) + sample.Value;
        }

        var seconds = request.Window.TotalSeconds;
        var (l50, l95, l99) = (key.Index(await p50), key.Index(await p95), key.Index(await p99));
        var (tcp, r, w) = (key.Index(await open), key.Index(await read), key.Index(await written));
        return [.. Rows(request, await listed, key, success.Keys.Concat(failure.Keys)).Select(row =>
        {
            var id = key.Of(row);
            var total = success.GetValueOrDefault(id) + failure.GetValueOrDefault(id);
            return row with
            {
                Success = total > 0 ? success.GetValueOrDefault(id) / total : null,
                RequestsPerSecond = total > 0 ? total / seconds : null,
                LatencyP50 = total > 0 ? Number(l50, id) : null,
                LatencyP95 = total > 0 ? Number(l95, id) : null,
                LatencyP99 = total > 0 ? Number(l99, id) : null,
                TcpConnections = Number(tcp, id),
                ReadBytesPerSecond = Number(r, id) / seconds,
                WriteBytesPerSecond = Number(w, id) / seconds,
            };
        })];
    }

    private static IEnumerable<StatRow> Rows(StatRequest request, IReadOnlyList<WorkloadInfo> listed, RowKeys key, IEnumerable<(string Namespace, string Name)> measured)
    {
        var rows = listed
            .Where(i => request.Unmeshed || request.From is not null || i.Meshed is null or > 0)
            .Select(i => new StatRow { Kind = i.Kind, Namespace = i.Namespace, Name = i.Name, Status = i.Status, Meshed = i.Meshed, Running = i.Running });
        // Authorities are nobody's objects: only the metrics know them.
        if (request.Target.Kind.Name == "authority")
            rows = measured.Distinct().Select(m => new StatRow { Kind = "authority", Namespace = m.Namespace, Name = m.Name });
        rows = rows.OrderBy(x => x.Namespace, StringComparer.Ordinal).ThenBy(x => x.Name, StringComparer.Ordinal);
        return request.From is null && request.To is null ? rows : rows.Where(x => measured.Contains(key.Of(x)));
    }

    private static double? Number(Dictionary<(string Namespace, string Name), double> values, (string Namespace, string Name) key) =>
        values.TryGetValue(key, out var value) && !double.IsNaN(value) ? value : null;

    private readonly struct RowKeys(StatQueries queries)
    {
        public (string Namespace, string Name) Of(VectorSample sample) => queries.NameLabel == queries.NamespaceLabel
            ? ("", sample.Labels[queries.NameLabel])
            : (sample.Labels[queries.NamespaceLabel], sample.Labels[queries.NameLabel]);

        public (string Namespace, string Name) Of(StatRow row) => (row.Kind == "namespace" ? "" : row.Namespace, row.Name);

        public Dictionary<(string Namespace, string Name), double> Index(IReadOnlyList<VectorSample> vector)
        {
            var index = new Dictionary<(string Namespace, string Name), double>();
            foreach (var sample in vector)
                index[Of(sample)] = sample.Value;
            return index;
        }
    }
}
