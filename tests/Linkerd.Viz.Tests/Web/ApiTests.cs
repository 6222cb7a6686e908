using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Stats;
using Linkerd.Viz.Web.Data;

namespace Linkerd.Viz.Tests.Web;

/// <summary>The JSON API of the real server, over metrics that went through the real store.</summary>
public sealed class ApiTests
{
    private const string Policies = """
        apiVersion: policy.linkerd.io/v1beta3
        kind: Server
        metadata: {name: voting-grpc, namespace: emojivoto, managedFields: [{manager: kubectl}]}
        spec: {port: 8080, proxyProtocol: gRPC, podSelector: {matchLabels: {app: voting}}}
        ---
        apiVersion: policy.linkerd.io/v1beta3
        kind: Server
        metadata: {name: emoji-grpc, namespace: emojivoto}
        spec: {port: 8080, proxyProtocol: gRPC, podSelector: {matchLabels: {app: emoji}}}
        ---
        apiVersion: policy.linkerd.io/v1alpha1
        kind: AuthorizationPolicy
        metadata: {name: web-only, namespace: emojivoto}
        spec:
          targetRef: {group: policy.linkerd.io, kind: Server, name: voting-grpc}
          requiredAuthenticationRefs: [{group: policy.linkerd.io, kind: MeshTLSAuthentication, name: web-id}]
        ---
        apiVersion: policy.linkerd.io/v1alpha1
        kind: MeshTLSAuthentication
        metadata: {name: web-id, namespace: emojivoto}
        spec: {identities: ["web.emojivoto.serviceaccount.identity.linkerd.cluster.local"]}
        ---
        apiVersion: linkerd.io/v1alpha2
        kind: ServiceProfile
        metadata: {name: voting-svc.emojivoto.svc.cluster.local, namespace: emojivoto}
        spec: {routes: [{name: VoteDoughnut}]}
        """;

    [Fact]
    public async Task The_overview_has_every_workload_and_the_sums_of_namespaces()
    {
        await using var dashboard = await EmojivotoAsync();
        var overview = await dashboard.JsonAsync("/api/overview");
        Assert.Equal("1m", overview["window"]!.GetValue<string>());
        var web = Row(overview["workloads"]!, "web");
        Assert.Equal(("emojivoto", "deployment", 1, 1, 0), (Text(web, "namespace"), Text(web, "kind"), (int)Number(web, "meshedPods"), (int)Number(web, "runningPods"), (int)Number(web, "failedPods")));
        Assert.Equal(10, Number(web, "rps"), 1.0);
        Assert.Equal(0.8, Number(web, "success"), 0.01);
        Assert.InRange(Number(web, "p50"), 1, 10);
        Assert.InRange(Number(web, "p99"), Number(web, "p50"), 10);
        Assert.Equal(3, Number(web, "tcpConnections"));
        Assert.Equal(100, Number(web, "readBytesRate"), 10.0);
        Assert.Equal(200, Number(web, "writeBytesRate"), 20.0);
        Assert.Equal(20, web["spark"]!["rps"]!.AsArray().Count);
        // Nobody calls emoji here: no traffic is null, not zero.
        Assert.Null(Row(overview["workloads"]!, "emoji")["rps"]);
        var ns = Row(overview["namespaces"]!, "emojivoto");
        Assert.Equal(3, Number(ns, "meshedPods"));
        Assert.Equal(15, Number(ns, "rps"), 1.5);
        Assert.Equal((8 + 3) / 15.0, Number(ns, "success"), 0.01);
        Assert.Single((await dashboard.JsonAsync("/api/overview?namespace=emojivoto"))["namespaces"]!.AsArray());
        Assert.Empty((await dashboard.JsonAsync("/api/overview?namespace=other"))["workloads"]!.AsArray());
    }

    [Fact]
    public async Task The_topology_has_edges_with_traffic_and_identities()
    {
        await using var dashboard = await EmojivotoAsync();
        var graph = await dashboard.JsonAsync("/api/topology?namespace=emojivoto");
        var edge = graph["edges"]!.AsArray().Single(static e => Text(e!, "dst") == "emojivoto/deployment/voting")!;
        Assert.Equal("emojivoto/deployment/web", Text(edge, "src"));
        Assert.True(edge["secured"]!.GetValue<bool>());
        Assert.Equal("web.emojivoto", Text(edge, "clientId"));
        Assert.Equal("voting.emojivoto", Text(edge, "serverId"));
        Assert.Equal(5, Number(edge, "rps"), 0.5);
        Assert.Equal(0.6, Number(edge, "success"), 0.01);
        var plain = graph["edges"]!.AsArray().Single(static e => Text(e!, "dst") == "legacy/deployment/db")!;
        Assert.False(plain["secured"]!.GetValue<bool>());
        Assert.Equal("not_provided_by_service_discovery", Text(plain, "noTlsReason"));
        var nodes = graph["nodes"]!.AsArray().ToDictionary(static n => Text(n!, "id"), static n => n!["meshed"]!.GetValue<bool>());
        Assert.Equal(4, nodes.Count);
        Assert.False(nodes["legacy/deployment/db"]);
        Assert.True(nodes["emojivoto/deployment/web"]);
    }

    [Fact]
    public async Task A_workloads_page_has_neighbours_pods_routes_and_the_policies_that_apply()
    {
        await using var dashboard = await EmojivotoAsync();
        var page = await dashboard.JsonAsync("/api/workload?namespace=emojivoto&kind=deploy&name=voting&window=1m");
        Assert.Equal(5, Number(page["summary"]!, "rps"), 0.5);
        var from = Assert.Single(page["inbound"]!.AsArray())!;
        Assert.Equal("web", Text(from["peer"]!, "name"));
        Assert.Equal(10, Number(from["peer"]!, "rps"), 1.0);
        Assert.Empty(page["outbound"]!.AsArray());
        var pod = Assert.Single(page["pods"]!.AsArray())!;
        Assert.Equal(("voting-0", "Running", "1.2.3"), (Text(pod, "name"), Text(pod, "status"), Text(pod, "proxyVersion")));
        Assert.Equal(5, Number(pod, "rps"), 0.5);
        Assert.Equal(["HTTPRoute/votes"], page["routes"]!.AsArray().Select(static r => Text(r!, "route")).Where(static r => r != "[DEFAULT]"));
        Assert.Equal(["Server/voting-grpc", "AuthorizationPolicy/web-only", "MeshTLSAuthentication/web-id", "ServiceProfile/voting-svc.emojivoto.svc.cluster.local"],
            page["policies"]!.AsArray().Select(static p => $"{Text(p!, "kind")}/{Text(p!, "name")}"));
        Assert.DoesNotContain("managedFields", Text(page["policies"]![0]!, "yaml"), StringComparison.Ordinal);
        Assert.Equal("MeshTLSAuthentication/web-id may call Server/voting-grpc", Text(page["policies"]![1]!, "summary"));
        Assert.Equal(3, Number(page["tcp"]!, "connections"));
        using var missing = await dashboard.GetAsync("/api/workload?namespace=emojivoto&kind=deploy&name=nothing");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Equal("voting-0", Text((await dashboard.JsonAsync("/api/workload?namespace=emojivoto&kind=pod&name=voting-0"))["summary"]!, "name"));
    }

    [Fact]
    public async Task Authorizations_say_who_came_in_and_what_was_denied()
    {
        await using var dashboard = await EmojivotoAsync();
        var answer = await dashboard.JsonAsync("/api/authz?namespace=emojivoto");
        var allowed = answer["rows"]!.AsArray().Single(static r => Text(r!, "authorization") == "AuthorizationPolicy/web-only")!;
        Assert.Equal(("Server/voting-grpc", "HTTPRoute/votes", "web.emojivoto"), (Text(allowed, "server"), Text(allowed, "route"), Text(allowed, "client")));
        Assert.Equal(5, Number(allowed, "allowedRps"), 0.5);
        Assert.Equal(0, Number(allowed, "deniedRps"));
        var denied = answer["rows"]!.AsArray().Single(static r => Text(r!, "authorization").Length == 0)!;
        Assert.Equal("vote-bot.emojivoto", Text(denied, "client"));
        Assert.Equal(2, Number(denied, "deniedRps"), 0.2);
        Assert.Equal(5, answer["policies"]!.AsArray().Count);
    }

    [Fact]
    public async Task Time_series_come_from_the_source()
    {
        await using var dashboard = await EmojivotoAsync();
        var points = (await dashboard.JsonAsync("/api/timeseries?namespace=emojivoto&kind=deployment&name=web&metric=rps&range=1m&step=10s"))["points"]!.AsArray();
        Assert.Equal(10, points[^1]![1]!.GetValue<double>(), 2.0);
        Assert.Equal(10_000, points[^1]![0]!.GetValue<double>() - points[^2]![0]!.GetValue<double>());
        var series = (await dashboard.JsonAsync("/api/timeseries?namespace=emojivoto&kind=deployment&name=web&metric=success,p99&range=1m&step=10s"))["series"]!.AsObject();
        Assert.Equal(["success", "p99"], series.Select(static s => s.Key));
        Assert.Equal(0.8, series["success"]!.AsArray()[^1]![1]!.GetValue<double>(), 0.05);
    }

    [Fact]
    public async Task Tps_reports_have_linkerds_shape()
    {
        await using var dashboard = await EmojivotoAsync();
        var answer = await dashboard.JsonAsync("/api/tps-reports?resource_type=deployment&namespace=emojivoto&tcp_stats=true&window=1m");
        var rows = answer["ok"]!["statTables"]![0]!["podGroup"]!["rows"]!.AsArray();
        var web = rows.Single(static r => Text(r!["resource"]!, "name") == "web")!;
        Assert.Equal(("deployment", "emojivoto", "1m"), (Text(web["resource"]!, "type"), Text(web["resource"]!, "namespace"), Text(web, "timeWindow")));
        Assert.Equal("1", Text(web, "meshedPodCount"));
        Assert.InRange(long.Parse(Text(web["stats"]!, "successCount")), 430, 530);
        Assert.InRange(long.Parse(Text(web["stats"]!, "failureCount")), 100, 140);
        Assert.InRange(long.Parse(Text(web["stats"]!, "latencyMsP99")), 1, 10);
        Assert.Equal("3", Text(web["tcpStats"]!, "openConnections"));
        Assert.Null(rows.Single(static r => Text(r!["resource"]!, "name") == "emoji")!["stats"]);
        var to = await dashboard.JsonAsync("/api/tps-reports?resource_type=deployment&resource_name=web&namespace=emojivoto&to_type=deployment&to_name=voting&to_namespace=emojivoto");
        Assert.InRange(long.Parse(Text(to["ok"]!["statTables"]![0]!["podGroup"]!["rows"]![0]!["stats"]!, "successCount")), 160, 200);
    }

    [Fact]
    public async Task Edges_routes_pods_services_and_the_rest_answer()
    {
        await using var dashboard = await EmojivotoAsync();
        var edges = (await dashboard.JsonAsync("/api/edges?resource_type=deployment&namespace=emojivoto"))["ok"]!["edges"]!.AsArray();
        Assert.Contains(edges, static e => Text(e!["src"]!, "name") == "web" && Text(e!["dst"]!, "name") == "voting" && Text(e!, "serverId") == "voting.emojivoto");
        var routes = (await dashboard.JsonAsync("/api/routes?resource_type=deployment&resource_name=voting&namespace=emojivoto"))["ok"]!["routes"]!.AsArray();
        Assert.Equal("deploy/voting", Text(routes[0]!, "resource"));
        Assert.Equal(["emojivoto", "emojivoto", "emojivoto"], (await dashboard.JsonAsync("/api/pods")).AsArray().Select(static p => Text(p!, "namespace")));
        Assert.Equal(["emoji-svc", "voting-svc", "web-svc"], (await dashboard.JsonAsync("/api/services?namespace=emojivoto")).AsArray().Select(static s => Text(s!, "name")).Order());
        Assert.Empty((await dashboard.JsonAsync("/api/gateways"))["ok"]!["gatewaysTable"]!["rows"]!.AsArray());
        Assert.Equal(BuildVersion.Text, Text((await dashboard.JsonAsync("/api/version"))["version"]!, "releaseVersion"));
        using var profile = await dashboard.GetAsync("/profiles/new?service=web-svc&namespace=emojivoto");
        var yaml = Linkerd.Kubernetes.Yaml.KubernetesYaml.Read(await profile.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal("web-svc.emojivoto.svc.cluster.local", Text(yaml["metadata"]!, "name"));
        var plane = await dashboard.JsonAsync("/api/controlplane");
        Assert.Equal(3, Number(plane["dataPlane"]!, "proxies"));
        Assert.Equal(3, Number(plane["dataPlane"]!["versions"]!, "1.2.3"));
    }

    [Fact]
    public async Task A_bad_parameter_is_answered_with_its_name()
    {
        await using var dashboard = await EmojivotoAsync();
        foreach (var (path, word) in ((string, string)[])[
            ("/api/overview?window=1s", "window"), ("/api/overview?window=forever", "window"), ("/api/workload?kind=deployment&name=web", "namespace"),
            ("/api/workload?namespace=a&kind=secret&name=web", "kind"), ("/api/timeseries?namespace=a&kind=pod&name=b&metric=cpu", "metric"),
            ("/api/timeseries?namespace=a&kind=pod&name=b&metric=rps&step=1s", "step"), ("/api/timeseries?namespace=a&kind=pod&name=b&metric=rps&range=7d", "range"),
            ("/api/tps-reports?resource_type=secret", "secret"), ("/api/resource-definition?resource_type=secret&namespace=a&resource_name=b", "resource_type")])
        {
            using var response = await dashboard.GetAsync(path);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Contains(word, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await dashboard.GetAsync("/api/nothing")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await dashboard.SendAsync(HttpMethod.Delete, "/api/overview")).StatusCode);
    }

    [Fact]
    public async Task A_source_that_fails_is_named()
    {
        await using var dashboard = await Dashboard.StartAsync(new() { Source = new FailingSource() });
        using var response = await dashboard.GetAsync("/api/overview");
        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("Is Prometheus running", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_hundred_workloads_are_read_once_for_all_who_ask()
    {
        var counting = new CountingSource();
        var cluster = FixedCluster.Of(Enumerable.Range(0, 200).Select(static i => ($"ns{i % 10}", $"app{i}")));
        await using var dashboard = await Dashboard.StartAsync(new() { Source = counting, Cluster = cluster });
        Assert.Equal(200, (await dashboard.JsonAsync("/api/overview"))["workloads"]!.AsArray().Count);
        var queries = counting.Count;
        var from = Stopwatch.GetTimestamp();
        for (var i = 0; i < 50; i++)
            (await dashboard.GetAsync("/api/overview", ("Accept-Encoding", "gzip"))).Dispose();
        TestContext.Current.SendDiagnosticMessage($"overview of 200 workloads, warm: {Stopwatch.GetElapsedTime(from).TotalMilliseconds / 50:0.00} ms");
        Assert.Equal(queries, counting.Count);
        dashboard.Time.Advance(SnapshotCache.Fresh + TimeSpan.FromSeconds(1));
        // The old one is given at once, while one new one is taken.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => dashboard.JsonAsync("/api/overview")));
        await Linkerd.Testing.Eventually.TrueAsync(() => counting.Count == 2 * queries, "one more snapshot was taken");
    }

    [Fact]
    public async Task The_front_end_is_served_from_memory_with_caching_by_content()
    {
        var folder = Directory.CreateTempSubdirectory("front-").FullName;
        Directory.CreateDirectory(folder + "/assets");
        await File.WriteAllTextAsync(folder + "/index.html", "<!doctype html><title>x</title>", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder + "/assets/app-1234.js", "console.log(1)", TestContext.Current.CancellationToken);
        await using var dashboard = await Dashboard.StartAsync(new() { Assets = Linkerd.Viz.Web.Assets.StaticAssets.Load(folder) });
        Directory.Delete(folder, recursive: true);
        using var page = await dashboard.GetAsync("/namespaces/emojivoto/deployments/web");
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no-cache", page.Headers.CacheControl!.ToString());
        using var script = await dashboard.GetAsync("/assets/app-1234.js");
        Assert.Contains("immutable", script.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        using var again = await dashboard.GetAsync("/assets/app-1234.js", ("If-None-Match", script.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await dashboard.GetAsync("/assets/gone-5678.js")).StatusCode);
    }

    internal static async Task<Dashboard> EmojivotoAsync()
    {
        // The server's clock is the store's: it is made first, and moved while the proxies are scraped.
        MeshMetrics? metrics = null;
        var lazy = new LazySource(() => metrics!.Source);
        var dashboard = await Dashboard.StartAsync(new() { Source = lazy, Policies = Policies });
        metrics = new MeshMetrics(dashboard.Time);
        const string Route = ",srv_kind=\"Server\",srv_name=\"voting-grpc\",route_kind=\"HTTPRoute\",route_name=\"votes\"";
        const string Web = ",authz_kind=\"AuthorizationPolicy\",authz_name=\"web-only\",client_id=\"web.emojivoto.serviceaccount.identity.linkerd.cluster.local\"";
        for (var s = 0; s <= 60; s += 10)
        {
            metrics.Scrape("emojivoto", "web", MeshMetrics.Inbound(s, 8, 2)
                + MeshMetrics.Outbound(s, 3, 2, "emojivoto", "voting", "voting.emojivoto.serviceaccount.identity.linkerd.cluster.local") + MeshMetrics.Outbound(s, 1, 0, "legacy", "db", null));
            metrics.Scrape("emojivoto", "voting", MeshMetrics.Inbound(s, 3, 2, Route + Web)
                + $"inbound_http_authz_allow_total{{{(Route + Web)[1..]}}} {100 + (5 * s)}\n"
                + $"inbound_http_authz_deny_total{{{Route[1..]},client_id=\"vote-bot.emojivoto.serviceaccount.identity.linkerd.cluster.local\"}} {100 + (2 * s)}\n");
            metrics.Scrape("emojivoto", "emoji", "process_cpu_seconds_total 1\n");
            dashboard.Time.Advance(TimeSpan.FromSeconds(s == 60 ? 1 : 10));
        }

        return dashboard;
    }

    private static JsonNode Row(JsonNode rows, string name) => rows.AsArray().Single(r => Text(r!, "name") == name)!;

    private static string Text(JsonNode node, string field) => node[field]!.GetValue<string>();

    private static double Number(JsonNode node, string field) => node[field]!.GetValue<double>();

    internal sealed class LazySource(Func<IMetricsSource> source) : IMetricsSource
    {
        public Task<IReadOnlyList<VectorSample>> QueryAsync(string query, CancellationToken cancellationToken) => source().QueryAsync(query, cancellationToken);

        public Task<IReadOnlyList<RangeSeries>> QueryRangeAsync(string query, TimeRange range, CancellationToken cancellationToken) => source().QueryRangeAsync(query, range, cancellationToken);
    }

    private sealed class FailingSource : IMetricsSource
    {
        public Task<IReadOnlyList<VectorSample>> QueryAsync(string query, CancellationToken cancellationToken) =>
            Task.FromException<IReadOnlyList<VectorSample>>(new MetricsSourceException("http://prometheus:9090/ could not be asked. Is Prometheus running, and is this address right?"));

        public Task<IReadOnlyList<RangeSeries>> QueryRangeAsync(string query, TimeRange range, CancellationToken cancellationToken) => throw new MetricsSourceException("no range");
    }

    private sealed class CountingSource : IMetricsSource
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public Task<IReadOnlyList<VectorSample>> QueryAsync(string query, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            return Task.FromResult<IReadOnlyList<VectorSample>>([]);
        }

        public Task<IReadOnlyList<RangeSeries>> QueryRangeAsync(string query, TimeRange range, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<RangeSeries>>([]);
    }
}
