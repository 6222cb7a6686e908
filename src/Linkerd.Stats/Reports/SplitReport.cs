using System.Text;

namespace Linkerd.Stats.Reports;

/// <summary>
/// How the requests of a Service were divided: by a TrafficSplit, or by the overrides of a ServiceProfile. Clients tell it: the authority
/// that was asked for and the Service that answered.
/// </summary>
internal sealed class SplitReport(IMetricsSource metrics)
{
    private const string ApexLabel = "authority";
    private const string LeafLabel = "dst_service";

    public async Task<IReadOnlyList<StatRow>> RunAsync(StatRequest request, IReadOnlyList<WorkloadInfo> splits, CancellationToken cancellationToken)
    {
        if (request.To is not null)
            throw new ArgumentException("--to does not apply to a TrafficSplit: use --from, for the traffic of one client");
        var traffic = await LeavesAsync(request, cancellationToken);
        return
        [
            .. splits.OrderBy(static s => s.Namespace, StringComparer.Ordinal).ThenBy(static s => s.Name, StringComparer.Ordinal)
                .SelectMany(split => split.Backends.Select(backend =>
                    Row(split, traffic, split.Apex, backend.Name, request.Window) with { Apex = split.Apex, Leaf = backend.Name, Weight = backend.Weight })),
        ];
    }

    /// <summary>The rows of Services, each with an override replaced by one row per override.</summary>
    public async Task<IReadOnlyList<StatRow>> WithOverridesAsync(
        StatRequest request, IReadOnlyList<StatRow> rows, IReadOnlyList<WorkloadInfo> services, CancellationToken cancellationToken)
    {
        var divided = services.Where(static s => s.Backends.Count != 0).ToDictionary(static s => (s.Namespace, s.Name));
        if (divided.Count == 0)
            return rows;
        var traffic = await LeavesAsync(request with { Target = request.Target with { Name = null } }, cancellationToken);
        return
        [
            .. rows.SelectMany(row => divided.TryGetValue((row.Namespace, row.Name), out var service)
                ? service.Backends.Select(b => Row(service, traffic, service.Name, b.Name.Split('.')[0], request.Window) with { Destination = b.Name, Weight = b.Weight })
                : [row]),
        ];
    }

    private async Task<Dictionary<LabelSet, TrafficStats>> LeavesAsync(StatRequest request, CancellationToken cancellationToken)
    {
        var matchers = new StringBuilder("direction=\"outbound\",").Append(LeafLabel).Append("!=\"\"");
        if (request.Target.Namespace.Length != 0)
            matchers.Append(",dst_namespace=").Append(StatQueries.Quote(request.Target.Namespace));
        if (request.From is { } from)
            StatQueries.Append(matchers, from, "namespace", from.Kind.Label);
        return await new Traffic(metrics, "response", matchers.ToString(), "dst_namespace", ApexLabel, LeafLabel).ReadAsync(request.Window, cancellationToken);
    }

    private static StatRow Row(WorkloadInfo owner, Dictionary<LabelSet, TrafficStats> traffic, string apex, string leaf, TimeSpan window)
    {
        // A client may ask for web, web.ns, web.ns.svc or its full name, with a port or without: quantiles cannot be added up, so
        // they are of the form that is used most.
        var forms = traffic.Where(t => t.Key["dst_namespace"] == owner.Namespace && t.Key[LeafLabel] == leaf && Names(t.Key[ApexLabel], apex, owner.Namespace))
            .Select(static t => t.Value).OrderByDescending(static t => t.Total).ToArray();
        var stats = (forms.FirstOrDefault() ?? TrafficStats.None) with { Successes = forms.Sum(static f => f.Successes), Failures = forms.Sum(static f => f.Failures) };
        return new StatRow
        {
            Kind = owner.Kind,
            Namespace = owner.Namespace,
            Name = owner.Name,
            Successes = stats.Successes,
            Failures = stats.Failures,
            Success = stats.SuccessRate,
            RequestsPerSecond = stats.Rps(window),
            LatencyP50 = stats.LatencyP50,
            LatencyP95 = stats.LatencyP95,
            LatencyP99 = stats.LatencyP99,
        };
    }

    private static bool Names(string authority, string service, string ns)
    {
        var colon = authority.IndexOf(':', StringComparison.Ordinal);
        var labels = (colon < 0 ? authority : authority[..colon]).Split('.');
        return labels[0] == service && (labels.Length == 1 || labels[1] == ns) && (labels.Length < 3 || labels[2] == "svc");
    }
}
