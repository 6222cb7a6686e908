using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Linkerd.Stats;
using Linkerd.Stats.Query;
using Linkerd.Stats.Reports;
using Linkerd.Viz.Web.Api.Models;
using Linkerd.Viz.Web.Data;
using Linkerd.Viz.Web.Login;

namespace Linkerd.Viz.Web.Api;

/// <summary>The endpoints of Linkerd's own dashboard, in its shapes: protobuf messages as JSON, 64-bit numbers as text.</summary>
internal sealed class LinkerdApi(IMetricsSource source, IClusterView view, TimeProvider time)
{
    private readonly StatReport _stats = new(source, new FactsWorkloads(view));
    private readonly EdgesReport _edges = new(source, new FactsWorkloads(view));
    private readonly RouteQueries _routes = new(source);
    private readonly RoutesReport _asked = new(source);

    /// <summary>The calls.</summary>
    public IEnumerable<WebRoute> Routes =>
    [
        new("GET", "/api/version", Roles.View, VersionAsync),
        new("GET", "/api/pods", Roles.View, PodsAsync),
        new("GET", "/api/services", Roles.View, ServicesAsync),
        new("GET", "/api/tps-reports", Roles.View, StatsAsync),
        new("GET", "/api/edges", Roles.View, EdgesAsync),
        new("GET", "/api/routes", Roles.View, RoutesAsync),
        new("GET", "/api/gateways", Roles.View, GatewaysAsync),
    ];

    private static Task VersionAsync(WebCall call) =>
        JsonAnswers.SendAsync(call.Http, new VersionAnswer(new VersionRow(BuildVersion.Text, ".NET " + Environment.Version, "")), WebJson.Default.VersionAnswer);

    private Task PodsAsync(WebCall call)
    {
        var ns = call.Name("namespace");
        var now = time.GetUtcNow();
        IReadOnlyList<PodInfoRow> rows = [.. view.Read().Pods.Where(p => ns.Length == 0 || p.Namespace == ns).OrderBy(static p => p.Namespace, StringComparer.Ordinal).ThenBy(static p => p.Name, StringComparer.Ordinal)
            .Select(p => new PodInfoRow(
                p.Name, p.Namespace, p.Ip, $"{p.Owner.Kind}/{p.Owner.Name}", p.Status, p.Meshed, p.Component.Length > 0,
                p.Started is { } s ? Math.Max(0, Math.Floor((now - s).TotalSeconds)) : null, p is { Meshed: true, Ready: true }, p.ProxyVersion))];
        return JsonAnswers.SendAsync(call.Http, rows, WebJson.Default.IReadOnlyListPodInfoRow);
    }

    private Task ServicesAsync(WebCall call)
    {
        var ns = call.Name("namespace");
        IReadOnlyList<NamedRow> rows = [.. view.Read().Services.Where(s => ns.Length == 0 || s.Namespace == ns).Select(static s => new NamedRow(s.Name, s.Namespace))];
        return JsonAnswers.SendAsync(call.Http, rows, WebJson.Default.IReadOnlyListNamedRow);
    }

    private async Task StatsAsync(WebCall call)
    {
        var window = call.Window();
        var tables = new List<(ResourceKind Kind, IReadOnlyList<StatRow> Rows)>();
        foreach (var target in Targets(call))
        {
            var rows = await _stats.RunAsync(
                new StatRequest { Target = target, Window = window, To = Other(call, "to"), From = Other(call, "from"), Unmeshed = true }, call.Aborted);
            tables.Add((target.Kind, rows));
        }

        var (skip, tcp) = (call.Switch("skip_stats"), call.Switch("tcp_stats"));
        await SendAsync(call, writer =>
        {
            writer.WriteStartArray("statTables");
            foreach (var (kind, rows) in tables)
            {
                writer.WriteStartObject();
                writer.WriteStartObject("podGroup");
                writer.WriteStartArray("rows");
                foreach (var row in rows)
                    Write(writer, kind, row, window, skip, tcp);
                writer.WriteEndArray();
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private static void Write(Utf8JsonWriter writer, ResourceKind kind, StatRow row, TimeSpan window, bool skip, bool tcp)
    {
        writer.WriteStartObject();
        WriteResource(writer, "resource", row.Namespace, kind.Name, row.Name);
        writer.WriteString("timeWindow", PromDuration.Format(window));
        writer.WriteString("status", row.Status ?? "");
        WriteCount(writer, "meshedPodCount", row.Meshed);
        WriteCount(writer, "runningPodCount", row.Running);
        WriteCount(writer, "failedPodCount", 0);
        writer.WritePropertyName("stats");
        if (skip || row.RequestsPerSecond is not { } rps)
            writer.WriteNullValue();
        else
            WriteStats(writer, rps * window.TotalSeconds, row.Success, row.LatencyP50, row.LatencyP95, row.LatencyP99);
        writer.WritePropertyName("tcpStats");
        if (!tcp || row.TcpConnections is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteStartObject();
            WriteCount(writer, "openConnections", row.TcpConnections);
            WriteCount(writer, "readBytesTotal", row.ReadBytesPerSecond * window.TotalSeconds);
            WriteCount(writer, "writeBytesTotal", row.WriteBytesPerSecond * window.TotalSeconds);
            writer.WriteEndObject();
        }

        writer.WriteNull("tsStats");
        writer.WriteNull("srvStats");
        writer.WriteStartObject("errorsByPod");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private async Task EdgesAsync(WebCall call)
    {
        var edges = new List<(ResourceKind Kind, EdgeRow Row)>();
        foreach (var target in Targets(call).Where(static t => t.Kind is { IsWorkload: true, Name: not "namespace" }))
            edges.AddRange((await _edges.RunAsync(target, call.Aborted)).Select(e => (target.Kind, e)));
        await SendAsync(call, writer =>
        {
            writer.WriteStartArray("edges");
            foreach (var (kind, edge) in edges)
            {
                writer.WriteStartObject();
                WriteResource(writer, "src", edge.SourceNamespace, kind.Name, edge.Source);
                WriteResource(writer, "dst", edge.DestinationNamespace, kind.Name, edge.Destination);
                writer.WriteString("clientId", edge.ClientId);
                writer.WriteString("serverId", edge.ServerId);
                writer.WriteString("noIdentityMsg", edge.NoTlsReason);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private async Task RoutesAsync(WebCall call)
    {
        var (window, to) = (call.Window(), Other(call, "to"));
        var routes = new List<(WorkloadKey Key, IReadOnlyList<RouteFigures> Rows)>();
        foreach (var target in Targets(call))
        {
            var workloads = view.Read().Workloads.Keys.Where(k => k.Kind == target.Kind.Name && (target.Namespace.Length == 0 || k.Namespace == target.Namespace) && (target.Name is null || k.Name == target.Name));
            foreach (var key in workloads.Order().Take(50))
                routes.Add((key, to is null ? await ServedAsync(key, window, call.Aborted) : await AskedAsync(key, to, window, call.Aborted)));
        }

        await SendAsync(call, writer =>
        {
            writer.WriteStartArray("routes");
            foreach (var (key, rows) in routes)
            {
                writer.WriteStartObject();
                writer.WriteString("resource", $"{ResourceKind.Find(key.Kind)?.Short ?? key.Kind}/{key.Name}");
                writer.WriteStartArray("rows");
                foreach (var row in rows)
                {
                    writer.WriteStartObject();
                    writer.WriteString("route", row.Route);
                    writer.WriteString("timeWindow", PromDuration.Format(window));
                    writer.WriteString("authority", row.Authority);
                    writer.WritePropertyName("stats");
                    WriteStats(writer, row.Total, row.Success, row.P50, row.P95, row.P99, row.Actual);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private async Task<IReadOnlyList<RouteFigures>> ServedAsync(WorkloadKey key, TimeSpan window, CancellationToken cancel) =>
    [
        .. (await _routes.AskAsync(key, window, cancel)).Select(r => new RouteFigures(
            r.Key, key.Name, r.Value.Successes + r.Value.Failures, r.Value.Success, r.Value.Latency(0.5), r.Value.Latency(0.95), r.Value.Latency(0.99), null)),
    ];

    // What it asks of another: as it sees the answers, and each attempt.
    private async Task<IReadOnlyList<RouteFigures>> AskedAsync(WorkloadKey key, ResourceRef to, TimeSpan window, CancellationToken cancel) =>
    [
        .. (await _asked.RunAsync(new ResourceRef(ResourceKind.Find(key.Kind)!, key.Name, key.Namespace), to, window, cancel)).Select(static r => new RouteFigures(
            r.Route, r.Authority, r.Effective.Total, r.Effective.SuccessRate, r.Effective.LatencyP50, r.Effective.LatencyP95, r.Effective.LatencyP99, r.Actual)),
    ];

    private async Task GatewaysAsync(WebCall call)
    {
        var w = PromDuration.Format(call.Window());
        var alive = source.QueryAsync("sum(gateway_alive) by (gateway_namespace, gateway_name, target_cluster_name)", call.Aborted);
        var quantiles = ((string[])["0.5", "0.95", "0.99"]).Select(q => source.QueryAsync(
            $"histogram_quantile({q}, sum(irate(gateway_probe_latency_ms_bucket[{w}])) by (le, gateway_namespace, gateway_name, target_cluster_name))", call.Aborted)).ToArray();
        await Task.WhenAll([alive, .. quantiles]);
        var latencies = quantiles.Select(static q => q.Result.ToDictionary(static s => s.Labels, static s => s.Value)).ToArray();
        var rows = await alive;
        await SendAsync(call, writer =>
        {
            writer.WriteStartObject("gatewaysTable");
            writer.WriteStartArray("rows");
            foreach (var row in rows)
            {
                writer.WriteStartObject();
                writer.WriteString("namespace", row.Labels["gateway_namespace"]);
                writer.WriteString("name", row.Labels["gateway_name"]);
                writer.WriteString("clusterName", row.Labels["target_cluster_name"]);
                WriteCount(writer, "pairedServices", view.Read().Services.Count(s => s.Name.EndsWith("-" + row.Labels["target_cluster_name"], StringComparison.Ordinal)));
                writer.WriteBoolean("alive", row.Value > 0);
                for (var i = 0; i < latencies.Length; i++)
                    WriteCount(writer, ((string[])["latencyMsP50", "latencyMsP95", "latencyMsP99"])[i], latencies[i].TryGetValue(row.Labels, out var ms) && double.IsFinite(ms) ? ms : 0);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static IReadOnlyList<ResourceRef> Targets(WebCall call)
    {
        var type = call.Http.Request.Query["resource_type"].ToString();
        var ns = call.Switch("all_namespaces") ? "" : call.Name("namespace");
        var name = call.Name("resource_name");
        return ResourceRef.Parse(name.Length == 0 ? [type.Length == 0 ? "deployment" : type] : [type, name], ns);
    }

    private static ResourceRef? Other(WebCall call, string prefix)
    {
        var type = call.Http.Request.Query[prefix + "_type"].ToString();
        var (name, ns) = (call.Name(prefix + "_name"), call.Name(prefix + "_namespace"));
        if (type.Length == 0)
            return ns.Length == 0 ? null : new ResourceRef(ResourceKind.Find("ns")!, ns, "");
        return ResourceRef.Parse(name.Length == 0 ? [type] : [type, name], ns)[0];
    }

    private static Task SendAsync(WebCall call, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("ok");
            write(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return JsonAnswers.SendAsync(call.Http, buffer.WrittenMemory, "application/json; charset=utf-8");
    }

    private static void WriteResource(Utf8JsonWriter writer, string field, string ns, string type, string name)
    {
        writer.WriteStartObject(field);
        writer.WriteString("namespace", ns);
        writer.WriteString("type", type);
        writer.WriteString("name", name);
        writer.WriteEndObject();
    }

    private static void WriteStats(Utf8JsonWriter writer, double total, double? success, double? p50, double? p95, double? p99, TrafficStats? actual = null)
    {
        writer.WriteStartObject();
        WriteCount(writer, "successCount", total * (success ?? 0));
        WriteCount(writer, "failureCount", total * (1 - (success ?? 0)));
        WriteCount(writer, "latencyMsP50", p50);
        WriteCount(writer, "latencyMsP95", p95);
        WriteCount(writer, "latencyMsP99", p99);
        WriteCount(writer, "actualSuccessCount", actual?.Successes);
        WriteCount(writer, "actualFailureCount", actual?.Failures);
        writer.WriteEndObject();
    }

    private static void WriteCount(Utf8JsonWriter writer, string field, double? value) =>
        writer.WriteString(field, Math.Round(value ?? 0).ToString("0", CultureInfo.InvariantCulture));

    private sealed record RouteFigures(string Route, string Authority, double Total, double? Success, double? P50, double? P95, double? P99, TrafficStats? Actual);
}
