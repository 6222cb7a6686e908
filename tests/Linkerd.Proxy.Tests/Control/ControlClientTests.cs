using Linkerd.Model;
using Linkerd.Net.Tests;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Control;
using Linkerd.Proxy.Dns;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Control;

public sealed class ControlClientTests : IDisposable, IHttpClientFactory
{
    private readonly Harness _harness = new();
    private readonly FakeClient _connection = new();
    private readonly ControlClient _client;

    public ControlClientTests()
    {
        Assert.True(LogFilter.TryParse("off", out LogFilter filter, out _));
        Logger log = new LogSink(Stream.Null, LogFormat.Plain, filter).For("test");
        var resolver = new DnsResolver(_harness.Loop, new DnsSettings(), new HostsFile("/dev/null"), new DnsConfig(null, null));
        Assert.True(HostPort.TryParse("127.0.0.1:8086", out HostPort address));
        _client = new ControlClient(new Worker(0, _harness.Loop), "destination", new ControlConfig(address, null), this, resolver, new ProxyMetrics(new MetricRegistry(1)), log);
    }

    [Fact]
    [Proves("6.2 control plane")]
    public async Task Waits_end_when_the_service_can_be_reached_again_but_not_each_time_that_it_comes_and_goes()
    {
        Task first = await BackOffAsync(TimeSpan.FromHours(1));
        // The first call is what makes it connect.
        _ = _harness.On(() => _client.SendAsync("/a", [], TimeSpan.FromSeconds(1)));
        await Eventually.TrueAsync(() => _connection.IsPrimed);
        Assert.False(_client.IsReachable);
        long before = await _harness.On(() => _harness.Loop.Now);
        await _harness.On(() => _connection.SetReady(true));
        await first.WaitAsync(TestContext.Current.CancellationToken);
        Assert.True(_client.IsReachable);
        Assert.True(await _harness.On(() => _client.HasRecoveredSince(before)));

        Task second = await BackOffAsync(TimeSpan.FromHours(1));
        await _harness.On(() =>
        {
            _connection.SetReady(false);
            _connection.SetReady(true);
        });
        Assert.False(second.IsCompleted);
        Assert.False(await _harness.On(() => _client.HasRecoveredSince(_harness.Loop.Now)));

        using var cancellation = new CancellationTokenSource();
        Task third = await BackOffAsync(TimeSpan.FromHours(1), cancellation.Token);
        Task fourth = await BackOffAsync(TimeSpan.FromMilliseconds(1));
        await fourth.WaitAsync(TestContext.Current.CancellationToken);
        await cancellation.CancelAsync();
        await third.WaitAsync(TestContext.Current.CancellationToken);
    }

    public HttpClient Create(HttpClientTarget target, IConnectionMetrics metrics) => _connection;

    public void Dispose() => _harness.Dispose();

    private async Task<Task> BackOffAsync(TimeSpan delay, CancellationToken cancellation = default)
    {
        Task? waiting = null;
        await _harness.On(() => { waiting = _client.BackOffAsync(delay, cancellation); });
        return waiting!;
    }

    private sealed class FakeClient : HttpClient
    {
        private bool _ready;

        public bool IsPrimed { get; private set; }

        public override bool IsReady => _ready;

        public override void Prime() => IsPrimed = true;

        public override void Open(IHttpCall call)
        {
        }

        public override void Cancel(IHttpCall call)
        {
        }

        public override void Retire()
        {
        }

        public void SetReady(bool ready)
        {
            _ready = ready;
            ReadyChanged?.Invoke(this);
        }
    }
}
