namespace Linkerd.Stats.Reports;

/// <summary>Success, rate, latency and connections of resources: the cluster's objects joined with what their proxies measured.</summary>
public sealed class StatReport(IMetricsSource metrics, IWorkloadSource workloads)
{
    /// <summary>The shortest window that two scrapes ten seconds apart surely fill.</summary>
    public static readonly TimeSpan MinWindow = TimeSpan.FromSeconds(15);

    /// <summary>Rows sorted by namespace and name. Without <see cref="StatRequest.Unmeshed"/> or <see cref="StatRequest.From"/>, unmeshed ones are left out.</summary>
    /// <exception cref="ArgumentException">The window is too short, or what is asked for does not go together.</exception>
    public async Task<IReadOnlyList<StatRow>> RunAsync(StatRequest request, CancellationToken cancellationToken)
    {
        RequireWindow(request.Window);
        var kind = request.Target.Kind;
        if (request.To is not null && request.From is not null)
            throw new ArgumentException("--to and --from flags are mutually exclusive");
        if (kind is { IsPolicy: true } && (request.To is not null || request.From is not null))
            throw new ArgumentException($"--to and --from do not apply to a {kind.Name}: its numbers are those of the proxies that enforce it");
        if (kind.Name == "trafficsplit" || (request.To is not null && request.To.Kind.IsPolicy) || (request.From is not null && !request.From.Kind.IsWorkload))
        {
            return kind.Name == "trafficsplit"
                ? await new SplitReport(metrics).RunAsync(request, await workloads.ListAsync(request.Target, request.LabelSelector, cancellationToken), cancellationToken)
                : throw new ArgumentException("--to and --from name workloads, Services or authorities");
        }

        var queries = new StatQueries(request);
        var listed = workloads.ListAsync(request.Target, request.LabelSelector, cancellationToken);
        var traffic = request.SkipStats ? Nothing<TrafficStats>() : new Traffic(metrics, "response", queries.Matchers, queries.By).ReadAsync(request.Window, cancellationToken);
        var withTcp = !request.SkipStats && !request.SkipTcp && !kind.IsPolicy;
        var open = VectorAsync(withTcp, queries.OpenConnections, cancellationToken);
        var read = VectorAsync(withTcp, queries.ReadBytes, cancellationToken);
        var written = VectorAsync(withTcp, queries.WriteBytes, cancellationToken);
        var denied = VectorAsync(!request.SkipStats && kind.Name is "server" or "httproute", queries.Denied, cancellationToken);
        await Task.WhenAll(listed, traffic, open, read, written, denied);

        var measured = new Measured(queries, await traffic, await open, await read, await written, await denied);
        var rows = Rows(request, await listed, measured).Select(row => measured.Fill(row, request.Window)).ToArray();
        return kind.Name == "service" && !request.SkipStats
            ? await new SplitReport(metrics).WithOverridesAsync(request, rows, await listed, cancellationToken)
            : rows;
    }

    /// <summary>Checks a window.</summary>
    /// <exception cref="ArgumentException">It is too short to have a rate in it.</exception>
    internal static void RequireWindow(TimeSpan window)
    {
        if (window < MinWindow)
            throw new ArgumentException($"metrics time window needs to be at least {MinWindow.TotalSeconds:0}s, but is {window.TotalSeconds:0}s");
    }

    private static Task<Dictionary<LabelSet, T>> Nothing<T>() => Task.FromResult(new Dictionary<LabelSet, T>());

    private async Task<Dictionary<LabelSet, double>> VectorAsync(bool wanted, string query, CancellationToken cancellationToken) =>
        wanted ? Traffic.Index(await metrics.QueryAsync(query, cancellationToken)) : [];

    private static IEnumerable<StatRow> Rows(StatRequest request, IReadOnlyList<WorkloadInfo> listed, Measured measured)
    {
        var rows = listed
            .Where(i => request.Unmeshed || request.From is not null || i.Meshed is null or > 0)
            .SelectMany(i => measured.ServersOf(i).Select(server => new StatRow
            {
                Kind = i.Kind, Namespace = i.Namespace, Name = i.Name, Status = i.Status, Meshed = i.Meshed, Running = i.Running, Failed = i.Failed, Errors = i.Errors, Server = server,
            }));
        // Authorities are nobody's objects: only the metrics know them.
        if (request.Target.Kind.Name == "authority")
            rows = measured.Names().Select(m => new StatRow { Kind = "authority", Namespace = m.Namespace, Name = m.Name });
        rows = rows.OrderBy(x => x.Namespace, StringComparer.Ordinal).ThenBy(x => x.Name, StringComparer.Ordinal).ThenBy(x => x.Server, StringComparer.Ordinal);
        return request.From is null && request.To is null ? rows : rows.Where(measured.HasTraffic);
    }
}
