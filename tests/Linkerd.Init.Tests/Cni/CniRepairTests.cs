using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Linkerd.Init.Cni.Repair;
using Linkerd.Init.Flags;
using Linkerd.Init.Logging;
using Linkerd.Kubernetes;
using Linkerd.Testing;

namespace Linkerd.Init.Tests;

/// <summary>The repair controller against an API server that the test scripts.</summary>
public sealed class CniRepairTests : IAsyncDisposable
{
    private readonly FakeApiServer _server = new();
    private readonly KubernetesClient _client;
    private readonly RepairMetrics _metrics = new();
    private readonly StringWriter _log = new();
    private readonly RepairController _controller;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public CniRepairTests()
    {
        _server.Objects["/api/v1/pods"] = List();
        _client = new KubernetesClient(new KubernetesConfig { Server = new Uri($"http://127.0.0.1:{_server.Port}/") });
        var options = RepairOptions.Parse(["--node-name", "node-1", "--controller-pod-name", "linkerd-cni-x"], static _ => null);
        _controller = new RepairController(_client, options, new InitLog(_log, TimeProvider.System), _metrics, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        await _controller.DisposeAsync();
        _client.Dispose();
        _server.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_pod_whose_validator_failed_is_deleted_and_the_reason_told()
    {
        _server.Objects["/api/v1/pods"] = List(Pod("a", "1", Terminated(95)), Pod("b", "2", Terminated(1)), Pod("c", "3", Terminated(0)));
        Start();

        await Eventually.TrueAsync(() => Writes().Count == 2);

        Assert.Equal("DELETE /api/v1/namespaces/shop/pods/a", Writes()[0].Line);
        var options = JsonNode.Parse(Writes()[0].Body)!;
        Assert.Equal(0, options["gracePeriodSeconds"]!.GetValue<int>());
        Assert.Equal("uid-a", options["preconditions"]!["uid"]!.GetValue<string>());
        Assert.Equal("POST /apis/events.k8s.io/v1/namespaces/shop/events", Writes()[1].Line);
        var told = JsonNode.Parse(Writes()[1].Body)!;
        Assert.Equal("LinkerdCNINotConfigured", told["reason"]!.GetValue<string>());
        Assert.Equal("Deleting", told["action"]!.GetValue<string>());
        Assert.Equal("linkerd-cni-x", told["reportingInstance"]!.GetValue<string>());
        Assert.Equal("uid-a", told["regarding"]!["uid"]!.GetValue<string>());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", told["eventTime"]!.GetValue<string>());
        // The API server takes no other name, and of this group no generated one either that ends with a dot.
        Assert.Matches("^a\\.[a-z0-9]+$", told["metadata"]!["name"]!.GetValue<string>());
        Assert.True(_controller.IsReady);
        await Eventually.TrueAsync(() => _metrics.Text().Contains("linkerd_cni_repair_controller_events_publish_latency_seconds_count 1", StringComparison.Ordinal));
        Assert.Contains("linkerd_cni_repair_controller_pods_deleted_total 1\n", _metrics.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_meshed_pods_of_the_node_are_followed()
    {
        Start();
        await Eventually.TrueAsync(() => _controller.IsReady);

        Assert.Contains(_server.Requests, r => Uri.UnescapeDataString(r.Line).Contains("labelSelector=linkerd.io/control-plane-ns", StringComparison.Ordinal)
            && Uri.UnescapeDataString(r.Line).Contains("fieldSelector=spec.nodeName=node-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pod_that_fails_later_or_failed_before_is_deleted()
    {
        Start();
        _server.Say("ADDED", Pod("a", "11", """{"running":{}}"""));
        _server.Say("MODIFIED", Pod("a", "12", """{"running":{}}""", last: Terminated(95)));

        await Eventually.TrueAsync(() => Writes().Count == 2);

        Assert.Equal("DELETE /api/v1/namespaces/shop/pods/a", Writes()[0].Line);
    }

    [Fact]
    public async Task A_pod_that_is_being_deleted_is_left_alone()
    {
        _server.Objects["/api/v1/pods"] = List(Pod("a", "1", Terminated(95)).Replace("\"uid\"", "\"deletionTimestamp\":\"2026-01-01T00:00:00Z\",\"uid\"", StringComparison.Ordinal), Pod("b", "2", Terminated(95)));
        Start();

        await Eventually.TrueAsync(() => Writes().Count == 2);

        Assert.Equal("DELETE /api/v1/namespaces/shop/pods/b", Writes()[0].Line);
    }

    [Theory]
    [InlineData(409)]
    [InlineData(404)]
    public async Task A_pod_that_was_replaced_meanwhile_is_no_error(int status)
    {
        _server.WriteStatus = status;
        Start();
        _server.Say("ADDED", Pod("a", "11", Terminated(95)));
        await Eventually.TrueAsync(() => Writes().Count == 1);
        _server.WriteStatus = 200;
        _server.Say("ADDED", Pod("b", "12", Terminated(95)));

        await Eventually.TrueAsync(() => Writes().Count == 3);

        Assert.Contains("pods_deleted_total 1\n", _metrics.Text(), StringComparison.Ordinal);
        Assert.Contains("pods_delete_errors_total 0\n", _metrics.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_deletion_is_counted_and_tried_again_with_the_next_change()
    {
        _server.WriteStatus = 403;
        Start();
        _server.Say("ADDED", Pod("a", "11", Terminated(95)));
        await Eventually.TrueAsync(() => _metrics.Text().Contains("pods_delete_errors_total 1\n", StringComparison.Ordinal));
        _server.WriteStatus = 200;

        _server.Say("MODIFIED", Pod("a", "12", Terminated(95)));

        await Eventually.TrueAsync(() => _metrics.Text().Contains("pods_deleted_total 1\n", StringComparison.Ordinal));
    }

    [Fact]
    public void The_queue_has_an_end()
    {
        // Nothing takes from it: the controller does not run.
        for (var i = 0; i < RepairController.QueueCapacity + 3; i++)
            _controller.OnAdded(System.Text.Json.JsonSerializer.Deserialize(Pod($"p{i}", "1", Terminated(95)), KubernetesJson.Default.Pod)!);

        Assert.Contains("queue_overflow_total 3\n", _metrics.Text(), StringComparison.Ordinal);
        _running = Task.FromCanceled(new CancellationToken(canceled: true));
    }

    [Fact]
    public async Task The_admin_server_answers_probes_and_refuses_the_rest()
    {
        _running = Task.FromCanceled(new CancellationToken(canceled: true));
        using var admin = new AdminListener(new IPEndPoint(IPAddress.Loopback, 0), path => path == "/metrics" ? (200, _metrics.Text()) : (404, "not found\n"));
        using var stop = new CancellationTokenSource();
        var serving = admin.RunAsync(stop.Token);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{admin.Address}") };

        var page = await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("# TYPE linkerd_cni_repair_controller_queue_overflow_total counter\n", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/other", TestContext.Current.CancellationToken)).StatusCode);
        Assert.StartsWith("HTTP/1.1 400 ", Ask(admin.Address, "POST /metrics HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 400 ", Ask(admin.Address, new string('x', AdminListener.MaxRequest)), StringComparison.Ordinal);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
    }

    [Theory]
    [InlineData("--node-name", "")]
    [InlineData("--controller-pod-name", "--node-name n")]
    [InlineData("--admin-addr", "--node-name n --controller-pod-name p --admin-addr 0.0.0.0")]
    public void A_wrong_command_line_is_named(string named, string line)
    {
        _running = Task.FromCanceled(new CancellationToken(canceled: true));

        var error = Assert.Throws<FlagException>(() => RepairOptions.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), static _ => null));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    private static string Terminated(int code) => $$"""{"terminated":{"exitCode":{{code}} } }""";

    private static string Pod(string name, string version, string state, string last = "{}") => $$"""
        {"kind":"Pod","apiVersion":"v1","metadata":{"name":"{{name}}","namespace":"shop","uid":"uid-{{name}}","resourceVersion":"{{version}}"},
         "status":{"initContainerStatuses":[{"name":"other","state":{"terminated":{"exitCode":95 } } },{"name":"linkerd-network-validator","state":{{state}},"lastState":{{last}} }]} }
        """.Replace("\n", "", StringComparison.Ordinal);

    private static string List(params string[] pods) => $$"""{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"10"},"items":[{{string.Join(',', pods)}}]}""";

    private static string Ask(IPEndPoint address, string text)
    {
        using var client = new TcpClient();
        client.Connect(address);
        using var stream = client.GetStream();
        stream.Write(Encoding.ASCII.GetBytes(text));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return reader.ReadToEnd();
    }

    private List<(string Line, string Authorization, string Body)> Writes() => [.. _server.Requests.Where(r => !r.Line.StartsWith("GET ", StringComparison.Ordinal))];

    private void Start() => _running = _controller.RunAsync(_stop.Token);
}
