using System.Buffers;
using System.IO.Compression;
using System.Text;
using Linkerd.Http;
using Linkerd.Proxy.Admin;
using Linkerd.Telemetry;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Admin;

public sealed class AdminServiceTests
{
    private readonly LogSink _log;
    private readonly AdminService _service;
    private int _shutdowns;

    public AdminServiceTests()
    {
        Assert.True(LogFilter.TryParse("warn,linkerd=info", out LogFilter filter, out _));
        _log = new LogSink(Stream.Null, LogFormat.Plain, filter);
        var registry = new MetricRegistry(1);
        registry.Counter("c_total", "C.").Single().For(0).Increment();
        var variables = new Dictionary<string, string> { ["A"] = "1", ["B"] = "x\"y" };
        _service = new AdminService(registry, _log, n => variables.GetValueOrDefault(n), () => variables.Keys, () => _shutdowns++);
    }

    private async Task<(int Status, string Body)> Send(string path, RequestMethod method = RequestMethod.Get, string query = "", string body = "", bool loopback = true, string? accept = null)
    {
        AdminResponse response = await _service.HandleAsync(new AdminRequest(method, path, query, accept, AcceptsGzip: false, body, loopback));
        return (response.Status, Encoding.UTF8.GetString(response.Body.Span));
    }

    [Fact]
    [Proves("6.15 ready", "6.3 not ready")]
    public async Task Ready_follows_the_state_and_live_does_not()
    {
        Assert.Equal((503, "not ready\n"), await Send("/ready"));
        Assert.Equal(200, (await Send("/live")).Status);
        _service.IsReady = true;
        Assert.Equal((200, "ready\n"), await Send("/ready"));
    }

    [Fact]
    [Proves("6.15 metrics")]
    public async Task Metrics_are_text_or_gzip()
    {
        (int status, string body) = await Send("/metrics");
        Assert.Equal(200, status);
        Assert.Contains("c_total 1\n", body);
        AdminResponse packed = await _service.HandleAsync(new AdminRequest(RequestMethod.Get, "/metrics", string.Empty, null, AcceptsGzip: true, string.Empty, true));
        Assert.True(packed.IsGzip);
        using var gzip = new GZipStream(new MemoryStream(packed.Body.ToArray()), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        Assert.Equal(body, await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    [Proves("6.15 env")]
    public async Task The_environment_is_json()
    {
        Assert.Equal((200, """{"A":"1","B":"x\u0022y"}"""), await Send("/env.json"));
        Assert.Equal((200, """{"A":"1","Z":null}"""), await Send("/env.json", query: "A&Z"));
        Assert.Equal(400, (await Send("/env.json", query: "A=1")).Status);
        Assert.Equal(406, (await Send("/env.json", accept: "text/html")).Status);
        Assert.Equal(405, (await Send("/env.json", RequestMethod.Post)).Status);
    }

    [Fact]
    [Proves("6.15 log level")]
    public async Task The_log_level_is_changed_from_the_own_host_only()
    {
        Assert.Equal((200, "warn,linkerd=info"), await Send("/proxy-log-level"));
        Assert.Equal(403, (await Send("/proxy-log-level", RequestMethod.Put, body: "debug", loopback: false)).Status);
        Assert.Equal(400, (await Send("/proxy-log-level", RequestMethod.Put, body: "a=b")).Status);
        Assert.Equal(204, (await Send("/proxy-log-level", RequestMethod.Put, body: "debug")).Status);
        Assert.Equal("debug", _log.Filter.Text);
    }

    [Fact]
    [Proves("6.15 shutdown")]
    public async Task Shutdown_is_for_the_own_host()
    {
        Assert.Equal(405, (await Send("/shutdown")).Status);
        Assert.Equal(403, (await Send("/shutdown", RequestMethod.Post, loopback: false)).Status);
        Assert.Equal(0, _shutdowns);
        Assert.Equal(200, (await Send("/shutdown", RequestMethod.Post)).Status);
        Assert.Equal(1, _shutdowns);
    }

    [Fact]
    public async Task Anything_else_is_not_found() => Assert.Equal(404, (await Send("/")).Status);

    [Fact]
    [Proves("6.15 logs")]
    public async Task The_log_is_streamed_to_the_own_host_by_a_filter()
    {
        Assert.Equal(403, (await Send("/logs.json", query: "debug", loopback: false)).Status);
        Assert.Equal(405, (await Send("/logs.json", RequestMethod.Post, query: "debug")).Status);
        Assert.Equal(400, (await Send("/logs.json")).Status);
        Assert.Equal(400, (await Send("/logs.json", query: "a=b")).Status);
        Assert.Equal(406, (await Send("/logs.json", query: "debug", accept: "text/html")).Status);
        AdminResponse response = await _service.HandleAsync(new AdminRequest(RequestMethod.Get, "/logs.json", "linkerd%3Ddebug", null, false, string.Empty, true));
        Assert.Equal("linkerd=debug", response.Logs?.Text);
    }
}
