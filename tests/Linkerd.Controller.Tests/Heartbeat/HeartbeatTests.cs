using System.Net;
using Linkerd.Controller.Heartbeat;
using Linkerd.Controller.Tests.Injector;
using Linkerd.Kubernetes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Linkerd.Controller.Tests.Heartbeat;

/// <summary>What a heartbeat tells, and whom.</summary>
public sealed class HeartbeatTests
{
    private static readonly Uri s_target = new("https://collector.example/mesh?team=blue");

    private readonly ScriptedKubernetes _kubernetes = new();
    private readonly ScriptedHttp _http = new();

    public HeartbeatTests()
    {
        _kubernetes.Answers["/api/v1/namespaces/mesh/configmaps/linkerd-config"] =
            """{"kind":"ConfigMap","metadata":{"name":"linkerd-config","uid":"6f1c-uid","creationTimestamp":"2026-01-02T03:04:05Z"}}""";
        _kubernetes.Answers["/version"] = """{"major":"1","minor":"31+","gitVersion":"v1.31.2+k3s1"}""";
        _kubernetes.Answers["/api/v1/namespaces"] =
            """{"metadata":{},"items":[{"metadata":{"name":"linkerd-viz","labels":{"linkerd.io/extension":"viz"}}},{"metadata":{"name":"mc","labels":{"linkerd.io/extension":"multicluster"}}}]}""";
        _kubernetes.Answers["/apis/linkerd.io/v1alpha2/serviceprofiles"] = """{"metadata":{},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}""";
    }

    [Fact]
    public async Task Tells_what_kind_of_mesh_it_is()
    {
        await RunAsync();

        var request = Assert.Single(_http.Requests);
        Assert.Equal(
            "https://collector.example/mesh?team=blue&ext-multicluster=1&ext-viz=1&install-time=1767323045&k8s-version=v1.31.2%2Bk3s1&service-profile-count=2&source=heartbeat&uuid=6f1c-uid&version="
            + Uri.EscapeDataString(BuildVersion.Text), request.AbsoluteUri);
    }

    [Fact]
    public async Task Adds_what_Prometheus_knows()
    {
        _http.Prometheus = static query =>
            query.Contains("request_handle_us", StringComparison.Ordinal) ? "NaN"
            : query.Contains("container_cpu", StringComparison.Ordinal) ? query.Contains("container=\"destination\",namespace=\"mesh\"", StringComparison.Ordinal) ? "0.12345" : null
            : query.Contains("container_memory", StringComparison.Ordinal) ? "52428800"
            : query.Contains("rate(request_total{direction=\"inbound\"", StringComparison.Ordinal) ? "17.6" : "42";

        await RunAsync(new Uri("http://prometheus.example:9090/base/"));

        var sent = _http.Requests.Last().Query.TrimStart('?').Split('&').Select(static p => p.Split('=')).ToDictionary(static p => p[0], static p => p[1]);
        Assert.Equal("18", sent["total-rps"]);
        Assert.Equal("42", sent["meshed-pods"]);
        Assert.Equal("42", sent["proxy-injector-injections"]);
        Assert.Equal("52428800", sent["max-mem-linkerd-proxy"]);
        Assert.Equal("0.123", sent["p95-cpu-destination"]);
        // Not a number, or not one number: left out.
        Assert.DoesNotContain("p99-handle-us", sent.Keys);
        Assert.DoesNotContain("p95-cpu-linkerd-proxy", sent.Keys);
        Assert.All(_http.Requests.SkipLast(1), static r => Assert.StartsWith("/base/api/v1/query", r.AbsolutePath, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_learnt_is_left_out()
    {
        _kubernetes.Answers.Clear();
        _http.Prometheus = static _ => throw new HttpRequestException("no route to Prometheus");

        await RunAsync(new Uri("http://prometheus.example/"));

        Assert.Equal($"?team=blue&source=heartbeat&version={Uri.EscapeDataString(BuildVersion.Text)}", _http.Requests.Last().Query);
    }

    [Fact]
    public async Task A_server_that_refuses_fails_the_job()
    {
        _http.Status = HttpStatusCode.Forbidden;

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => RunAsync());

        Assert.Equal("collector.example answered 403: said", error.Message);
    }

    [Theory]
    [InlineData("--heartbeat-url must not be empty")]
    [InlineData("--heartbeat-url=somewhere: use an http or https address", "--heartbeat-url=somewhere")]
    [InlineData("--prometheus-url=file:///x: use an http or https address", "--heartbeat-url=http://x", "--prometheus-url=file:///x")]
    public async Task Without_a_usable_address_nothing_is_sent(string message, params string[] arguments)
    {
        var flags = new FlagSet();
        var component = new HeartbeatComponent();
        component.Declare(flags);
        flags.Parse(arguments);

        var error = await Assert.ThrowsAsync<UsageException>(() => component.RunAsync(new ComponentContext("linkerd-controller", flags, NullLoggerFactory.Instance, TimeProvider.System), TestContext.Current.CancellationToken));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private async Task RunAsync(Uri? prometheus = null)
    {
        using var client = new KubernetesClient(new KubernetesConfig { Server = new Uri("http://kubernetes/") }, _kubernetes);
        using var http = new HttpClient(_http, disposeHandler: false);
        await HeartbeatComponent.RunAsync(client, http, s_target, prometheus, "mesh", NullLogger.Instance, TestContext.Current.CancellationToken);
    }

    /// <summary>The server that is told, and a Prometheus; every request is kept.</summary>
    private sealed class ScriptedHttp : HttpMessageHandler
    {
        public List<Uri> Requests { get; } = [];

        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        /// <summary>The number that a query gives; null: an empty vector.</summary>
        public Func<string, string?> Prometheus { get; set; } = static _ => null;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var address = request.RequestUri!;
            Requests.Add(address);
            if (address.Host == s_target.Host)
                return Task.FromResult(new HttpResponseMessage(Status) { Content = new StringContent("said") });
            var number = Prometheus(Uri.UnescapeDataString(address.Query["?query=".Length..]));
            var result = number is null ? "" : $$"""{"metric":{},"value":[1767323045.1,"{{number}}"]}""";
            return Task.FromResult(new HttpResponseMessage { Content = new StringContent($$"""{"status":"success","data":{"resultType":"vector","result":[{{result}}]} }""") });
        }
    }
}
