using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Charts;
using Linkerd.Charts.Values;
using Linkerd.Kubernetes.Models;
using Linkerd.Stats;
using Linkerd.Stats.Prometheus;
using Linkerd.Testing;
using Linkerd.Viz.MetricsApi;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linkerd.Viz.Tests.MetricsApi;

/// <summary>What metrics-api answers over HTTP: queries for the dashboard and the CLI, targets for a Prometheus.</summary>
public sealed class QueryServerTests
{
    private static readonly Pod[] s_pods =
    [
        Pod("emojivoto", "web-1", "10.0.0.1", new() { ["app"] = "web", ["linkerd.io/control-plane-ns"] = "linkerd", ["linkerd.io/workload-ns"] = "emojivoto", ["linkerd.io/proxy-deployment"] = "web", ["namespace"] = "hidden", ["job"] = "hidden" }, ("linkerd-proxy", "linkerd-proxy", 4143), ("linkerd-proxy", "linkerd-admin", 4191), ("web", "http", 80)),
        Pod("emojivoto", "seed-1", "10.0.0.2", new() { ["linkerd.io/control-plane-ns"] = "linkerd", ["linkerd.io/proxy-job"] = "seed" }, ("linkerd-proxy", "linkerd-admin", 4191)),
        Pod("other", "foreign-1", "10.0.0.3", new() { ["linkerd.io/control-plane-ns"] = "other-mesh" }, ("linkerd-proxy", "linkerd-admin", 4191)),
        Pod("linkerd", "linkerd-destination-1", "10.0.0.4", new() { ["linkerd.io/control-plane-ns"] = "linkerd", ["linkerd.io/proxy-deployment"] = "linkerd-destination" }, ("destination", "dest-admin", 9996), ("linkerd-proxy", "linkerd-admin", 4191)),
        Pod("linkerd-viz", "tap-1", "fd00::5", new() { ["component"] = "tap" }, ("tap", "admin", 9998)),
        Pod("shop", "mirror-1", "10.0.0.6", new() { ["component"] = "linkerd-service-mirror" }, ("service-mirror", "admin-http", 9999), ("service-mirror", "svc-admin", 9998)),
        Pod("shop", "strange-1", "10.0.0.7", new() { ["admin/port"] = "a", ["admin-port"] = "b" }, ("app", "admin", 1)),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_of_Prometheus_is_answered_from_any_source()
    {
        var source = new Scripted();
        await using var server = await StartAsync(source);
        using var http = new HttpClient();
        var client = PrometheusSource.At(http, server.Address);

        var sample = Assert.Single(await client.QueryAsync("sum(rate(a_total[1m])) by (b)", Cancel));
        Assert.Equal(("c", 2.5), (sample.Labels["b"], sample.Value));
        var row = Assert.Single(await client.QueryRangeAsync("a", new TimeRange(1_000, 3_000, 1_000), Cancel));
        Assert.Equal([1.0, 2.0, 3.0], row.Points.Select(static p => p.Value));
        Assert.Equal(["sum(rate(a_total[1m])) by (b)", "a 1000 3000 1000"], source.Asked);
        var refused = await Assert.ThrowsAsync<MetricsSourceException>(() => client.QueryAsync("down", Cancel));
        Assert.Contains("Prometheus is away", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/api/v1/query?query=x", "", 200, "\"success\"")]
    [InlineData("POST", "/api/v1/query", "query=x", 200, "\"success\"")]
    [InlineData("POST", "/api/v1/query_range", "query=x&start=1&end=2&step=1s", 200, "\"matrix\"")]
    [InlineData("GET", "/api/v1/query", "", 400, "parameter query is missing")]
    [InlineData("GET", "/api/v1/query_range?query=x&start=1&end=2&step=soon", "", 400, "parameter step")]
    [InlineData("GET", "/api/v1/series", "", 404, "not found: try /api/v1/query")]
    [InlineData("DELETE", "/api/v1/query?query=x", "", 405, "use GET or POST")]
    public async Task Requests_have_the_form_of_Prometheus(string method, string path, string form, int status, string text)
    {
        await using var server = await StartAsync(new Scripted());
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(new System.Net.Http.HttpMethod(method), new Uri(server.Address, path));
        if (form.Length > 0)
            request.Content = new StringContent(form, new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        using var response = await http.SendAsync(request, Cancel);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(text, await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_is_too_large_is_refused()
    {
        await using var server = await StartAsync(new Scripted());
        using var http = new HttpClient();
        using var content = new StringContent("query=" + new string('x', QueryServer.MaxRequestBytes), Encoding.UTF8, "application/x-www-form-urlencoded");
        using var response = await http.PostAsync(new Uri(server.Address, "/api/v1/query"), content, Cancel);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task A_request_line_that_is_too_long_is_refused()
    {
        await using var server = await StartAsync(new Scripted());
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(server.Address, "/api/v1/query?query=" + new string('x', QueryServer.MaxRequestBytes)), Cancel);
        Assert.Equal(HttpStatusCode.RequestUriTooLong, response.StatusCode);
    }

    [Fact]
    public async Task A_query_that_takes_too_long_is_given_up()
    {
        var (source, time) = (new Scripted(), new TimersByHand());
        await using var server = await QueryServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), source, static () => s_pods, time, NullLoggerFactory.Instance, Cancel);
        using var http = new HttpClient();
        var answer = http.GetAsync(new Uri(server.Address, "/api/v1/query?query=wait"), Cancel);
        await Eventually.TrueAsync(() => source.Waiting == 1, "the query", 30);
        time.Fire();
        using var response = await answer;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("no answer within 30 s", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_more_queries_than_the_limit_are_evaluated_at_once()
    {
        var source = new Scripted();
        await using var server = await StartAsync(source);
        using var http = new HttpClient();
        var answers = Enumerable.Range(0, QueryServer.MaxQueries + 3).Select(_ => http.GetStringAsync(new Uri(server.Address, "/api/v1/query?query=wait"), Cancel)).ToArray();
        await Eventually.TrueAsync(() => source.Waiting == QueryServer.MaxQueries, "as many queries as there may be", 30);
        source.Go.SetResult();
        await Task.WhenAll(answers);
        Assert.Equal(QueryServer.MaxQueries, source.MostAtOnce);
    }

    [Fact]
    public async Task Targets_are_refused_while_the_pods_are_not_known()
    {
        await using var server = await QueryServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), new Scripted(), static () => null, TimeProvider.System, NullLoggerFactory.Instance, Cancel);
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(server.Address, "/sd/pods"), Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task Debians_Prometheus_finds_what_the_chart_lets_it_look_for()
    {
        await using var server = await StartAsync(new Scripted());
        var folder = Directory.CreateTempSubdirectory("l5d-prometheus-").FullName;
        var release = new ChartRelease { Name = "linkerd-viz", Namespace = "linkerd-viz" };
        var map = Manifests.Of(new ChartRenderer(EmbeddedCharts.Viz, release, ClusterCapabilities.Default).Render([])).Single(static m => m.Name == "prometheus-config");
        var configuration = (string)((ValueMap)map.Content["data"]!)["prometheus.yml"]!;
        Assert.Contains("http://metrics-api.linkerd-viz.svc.cluster.local:8086/sd/pods", configuration, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder + "/prometheus.yml", configuration.Replace("http://metrics-api.linkerd-viz.svc.cluster.local:8086/", server.Address.AbsoluteUri, StringComparison.Ordinal), Cancel);
        var port = FreePort();
        using var prometheus = Process.Start(new ProcessStartInfo("prometheus",
            [$"--config.file={folder}/prometheus.yml", $"--storage.tsdb.path={folder}/data", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]) { RedirectStandardError = true })!;
        try
        {
            using var http = new HttpClient();
            List<JsonNode> targets = [];
            await Eventually.TrueAsync(() => (targets = TargetsAsync(http, port).GetAwaiter().GetResult()).Count == 7, "the targets", 60);

            Assert.Equal(
                ["linkerd-controller 10.0.0.4:9996", "linkerd-controller [fd00::5]:9998", "linkerd-multicluster-controller 10.0.0.6:9998", "linkerd-proxy 10.0.0.1:4191", "linkerd-proxy 10.0.0.2:4191", "linkerd-proxy 10.0.0.4:4191", "prometheus localhost:9090"],
                targets.Select(static t => $"{t["scrapePool"]} {t["labels"]!["instance"]}").Order(StringComparer.Ordinal));
            Assert.Equal(
                """{"app":"web","control_plane_ns":"linkerd","deployment":"web","instance":"10.0.0.1:4191","job":"linkerd-proxy","namespace":"emojivoto","pod":"web-1","workload_ns":"emojivoto"}""",
                LabelsOf(targets, "10.0.0.1:4191"));
            Assert.Equal("""{"control_plane_ns":"linkerd","instance":"10.0.0.2:4191","job":"linkerd-proxy","k8s_job":"seed","namespace":"emojivoto","pod":"seed-1"}""", LabelsOf(targets, "10.0.0.2:4191"));
            Assert.Equal("""{"component":"destination","instance":"10.0.0.4:9996","job":"linkerd-controller"}""", LabelsOf(targets, "10.0.0.4:9996"));
        }
        finally
        {
            prometheus.Kill();
            await prometheus.WaitForExitAsync(Cancel);
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Credentials_of_a_Prometheus_are_read_for_every_request()
    {
        var folder = Directory.CreateTempSubdirectory("l5d-credentials-").FullName;
        try
        {
            await File.WriteAllTextAsync(folder + "/user", "mesh\n", Cancel);
            await File.WriteAllTextAsync(folder + "/password", "first\n", Cancel);
            var flags = new FlagSet();
            MetricsSources.Declare(flags);
            flags.Parse([$"-prometheus-user-file={folder}/user", $"-prometheus-password-file={folder}/password"]);
            var seen = new Recorder();
            using var http = new HttpClient(new PrometheusCredentials.Handler(PrometheusCredentials.Read(flags)!, seen));
            await http.GetAsync(new Uri("http://prometheus.test/"), Cancel);
            await File.WriteAllTextAsync(folder + "/password", "second\n", Cancel);
            await http.GetAsync(new Uri("http://prometheus.test/"), Cancel);
            Assert.Equal(["Basic bWVzaDpmaXJzdA==", "Basic bWVzaDpzZWNvbmQ="], seen.Authorizations);
            var wrong = new FlagSet();
            MetricsSources.Declare(wrong);
            wrong.Parse([$"-prometheus-user-file={folder}/user"]);
            Assert.Contains("prometheus-password-file", Assert.Throws<UsageException>(() => PrometheusCredentials.Read(wrong)).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<QueryServer> StartAsync(IMetricsSource source) =>
        QueryServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), source, static () => s_pods, TimeProvider.System, NullLoggerFactory.Instance, Cancel);

    private static async Task<List<JsonNode>> TargetsAsync(HttpClient http, int port)
    {
        try
        {
            var answer = JsonNode.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/api/v1/targets?state=active"), Cancel))!;
            return [.. answer["data"]!["activeTargets"]!.AsArray().Select(static t => t!)];
        }
        catch (HttpRequestException)
        {
            return [];
        }
    }

    private static string LabelsOf(List<JsonNode> targets, string instance) =>
        new JsonObject(targets.First(t => t["labels"]!["instance"]!.GetValue<string>() == instance)["labels"]!.AsObject().OrderBy(static l => l.Key, StringComparer.Ordinal)
            .Select(static l => KeyValuePair.Create(l.Key, l.Value?.DeepClone()))).ToJsonString();

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Pod Pod(string ns, string name, string ip, Dictionary<string, string> labels, params (string Container, string Port, int Number)[] ports) => new()
    {
        Metadata = new ObjectMeta { Namespace = ns, Name = name, Labels = labels },
        Spec = new PodSpec
        {
            Containers = [.. ports.GroupBy(static p => p.Container).Select(static g => new Container { Name = g.Key, Ports = [.. g.Select(static p => new ContainerPort { Name = p.Port, Port = p.Number })] })],
        },
        Status = new PodStatus { Phase = "Running", PodIP = ip },
    };

    private sealed class Scripted : IMetricsSource
    {
        private int _waiting;

        public List<string> Asked { get; } = [];

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Waiting => Volatile.Read(ref _waiting);

        public int MostAtOnce { get; private set; }

        public async Task<IReadOnlyList<VectorSample>> QueryAsync(string query, CancellationToken cancellationToken)
        {
            if (query == "down")
                throw new MetricsSourceException("Prometheus is away");
            if (query == "wait")
            {
                MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _waiting));
                await Go.Task.WaitAsync(cancellationToken);
                Interlocked.Decrement(ref _waiting);
            }

            lock (Asked)
                Asked.Add(query);
            return [new VectorSample(LabelSet.Of([new("b", "c")]), 2.5)];
        }

        public Task<IReadOnlyList<RangeSeries>> QueryRangeAsync(string query, TimeRange range, CancellationToken cancellationToken)
        {
            Asked.Add($"{query} {range.StartMs} {range.EndMs} {range.StepMs}");
            return Task.FromResult<IReadOnlyList<RangeSeries>>([new RangeSeries(LabelSet.Empty, [new(1_000, 1), new(2_000, 2), new(3_000, 3)])]);
        }
    }

    /// <summary>A clock whose timers fire when they are told to.</summary>
    private sealed class TimersByHand : TimeProvider
    {
        private readonly List<Action> _timers = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            lock (_timers)
                _timers.Add(() => callback(state));
            return new Timer();
        }

        public void Fire()
        {
            lock (_timers)
                _timers.ForEach(static t => t());
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    private sealed class Recorder : HttpMessageHandler
    {
        public List<string> Authorizations { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Authorizations.Add(request.Headers.Authorization!.ToString());
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK));
        }
    }
}
