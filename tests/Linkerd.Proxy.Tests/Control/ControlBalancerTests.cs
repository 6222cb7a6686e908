using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Net.Tests;
using Linkerd.Proxy.Control;
using Linkerd.Proxy.Dns;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Control;

public sealed class ControlBalancerTests : IDisposable
{
    private readonly Harness _harness = new();
    private readonly Dictionary<string, FakeClient> _clients = [];
    private readonly Queue<Func<Task<DnsAnswer>>> _answers = new();
    private readonly Logger _log;
    private TaskCompletionSource<DnsAnswer>? _pending;

    public ControlBalancerTests()
    {
        Assert.True(LogFilter.TryParse("off", out LogFilter filter, out _));
        _log = new LogSink(Stream.Null, LogFormat.Plain, filter).For("test");
    }

    [Fact]
    [Proves("6.2 control plane")]
    public async Task Calls_wait_for_the_first_answer_and_are_spread_by_load()
    {
        Answer("10.0.0.1:1 10.0.0.2:1");
        ControlBalancer balancer = await BalancerAsync();
        await _harness.On(() =>
        {
            for (int i = 0; i < 40; i++) balancer.Open(new FakeCall());
        });
        await WhenAsync(() => _clients.Count == 2 && _clients.Values.Sum(static c => c.Calls.Count) == 40);
        Assert.All(_clients.Values, static c => Assert.InRange(c.Calls.Count, 12, 28));
        Assert.All(_clients.Values, static c => Assert.True(c.IsPrimed));
    }

    [Fact]
    public async Task Ready_addresses_are_preferred()
    {
        Answer("10.0.0.1:1 10.0.0.2:1");
        ControlBalancer balancer = await BalancerAsync();
        await _harness.On(balancer.Prime);
        await WhenAsync(() => _clients.Count == 2);
        await _harness.On(() =>
        {
            _clients["10.0.0.2:1"].SetReady(true);
            for (int i = 0; i < 20; i++) balancer.Open(new FakeCall());
        });
        Assert.Equal((0, 20), await _harness.On(() => (_clients["10.0.0.1:1"].Calls.Count, _clients["10.0.0.2:1"].Calls.Count)));
    }

    [Fact]
    public async Task When_the_answer_is_old_the_name_is_asked_again_and_what_is_gone_is_retired()
    {
        Answer("10.0.0.1:1 10.0.0.2:1", TimeSpan.FromMilliseconds(1));
        Answer("10.0.0.2:1 10.0.0.3:1", TimeSpan.FromMilliseconds(1));
        _answers.Enqueue(static () => throw new DnsException("the server is away"));
        Answer("10.0.0.3:1");
        ControlBalancer balancer = await BalancerAsync();
        await _harness.On(balancer.Prime);
        await WhenAsync(() => _clients.Count == 3 && _clients["10.0.0.1:1"].IsRetired && _clients["10.0.0.2:1"].IsRetired);
        Assert.Equal(1, await _harness.On(() => balancer.Count));
        Assert.False(_clients["10.0.0.3:1"].IsRetired);
    }

    [Fact]
    public async Task When_no_address_works_the_name_is_asked_before_its_answer_is_old()
    {
        Answer("10.0.0.1:1", TimeSpan.FromHours(1));
        Answer("10.0.0.2:1", TimeSpan.FromHours(1));
        ControlBalancer balancer = await BalancerAsync();
        await _harness.On(balancer.Prime);
        await WhenAsync(() => _clients.Count == 1);
        await _harness.On(() => _clients["10.0.0.1:1"].SetReady(true));
        await _harness.On(() => _clients["10.0.0.1:1"].SetReady(false));
        await WhenAsync(() => _clients.Count == 2 && _clients["10.0.0.1:1"].IsRetired);
    }

    [Fact]
    public async Task An_answer_whose_addresses_never_work_is_not_believed_for_as_long_as_it_says()
    {
        Answer("10.0.0.1:1", TimeSpan.FromHours(1));
        Answer("10.0.0.1:1", TimeSpan.FromHours(1));
        Answer("10.0.0.2:1", TimeSpan.FromHours(1));
        ControlBalancer balancer = await BalancerAsync();
        await _harness.On(balancer.Prime);
        await WhenAsync(() => _clients.Count == 2 && _clients["10.0.0.1:1"].IsRetired);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_asked_again_and_again_and_those_who_wait_are_told_when_it_works()
    {
        for (int i = 0; i < 6; i++) _answers.Enqueue(static () => throw new DnsException("no such name"));
        Answer("10.0.0.1:1 10.0.0.2:1");
        ControlBalancer balancer = await BalancerAsync();
        int told = 0;
        balancer.Recovered = () => told++;
        await _harness.On(balancer.Prime);
        await WhenAsync(() => _clients.Count == 2);
        await _harness.On(() =>
        {
            Assert.Equal(0, told);
            _clients["10.0.0.1:1"].SetReady(true);
            Assert.Equal(1, told);
            _clients["10.0.0.2:1"].SetReady(true);
            _clients["10.0.0.1:1"].SetReady(false);
            _clients["10.0.0.1:1"].SetReady(true);
            Assert.Equal(1, told);
            _clients["10.0.0.1:1"].SetReady(false);
            _clients["10.0.0.2:1"].SetReady(false);
            _clients["10.0.0.2:1"].SetReady(true);
            Assert.Equal(2, told);
        });
    }

    [Fact]
    public async Task A_name_that_cannot_be_resolved_fails_the_calls_that_wait()
    {
        _answers.Enqueue(static () => throw new DnsException("no such name"));
        ControlBalancer balancer = await BalancerAsync();
        var call = new FakeCall();
        await _harness.On(() => balancer.Open(call));
        await WhenAsync(() => call.Error is not null);
        Assert.Equal("no such name", call.Error!.Value.Message);
    }

    [Fact]
    public async Task When_nothing_has_worked_for_long_calls_fail_at_once_until_something_does()
    {
        Answer("10.0.0.1:1", TimeSpan.FromHours(1));
        ControlBalancer balancer = await BalancerAsync(TimeSpan.FromMilliseconds(50));
        await _harness.On(balancer.Prime);
        FakeCall? last = null;
        await WhenAsync(() =>
        {
            last = new FakeCall();
            balancer.Open(last);
            return last.Error is not null;
        });
        Assert.Equal(ProxyErrorKind.FailFast, last!.Error!.Value.Kind);
        await _harness.On(() => _clients["10.0.0.1:1"].SetReady(true));
        var next = new FakeCall();
        await _harness.On(() => balancer.Open(next));
        Assert.Null(next.Error);
    }

    [Fact]
    public async Task Only_so_many_calls_wait_and_one_that_leaves_makes_room()
    {
        ControlBalancer balancer = await BalancerAsync();
        var first = new FakeCall();
        (FakeCall Over, FakeCall After) calls = await _harness.On(() =>
        {
            balancer.Open(first);
            for (int i = 1; i < ControlBalancer.Capacity; i++) balancer.Open(new FakeCall());
            var over = new FakeCall();
            balancer.Open(over);
            balancer.Cancel(first);
            var after = new FakeCall();
            balancer.Open(after);
            return (over, after);
        });
        Assert.Equal(ProxyErrorKind.FailFast, calls.Over.Error?.Kind);
        Assert.Null(calls.After.Error);
        await _harness.On(() => _pending!.SetResult(new DnsAnswer([SocketAddress.Parse("10.0.0.1:1")], Timeout.InfiniteTimeSpan)));
        await WhenAsync(() => _clients.Count == 1 && _clients["10.0.0.1:1"].Calls.Count == ControlBalancer.Capacity);
        Assert.DoesNotContain(first, _clients["10.0.0.1:1"].Calls);
    }

    public void Dispose() => _harness.Dispose();

    private void Answer(string addresses, TimeSpan? ttl = null)
        => _answers.Enqueue(() => Task.FromResult(new DnsAnswer([.. addresses.Split(' ').Select(SocketAddress.Parse)], ttl ?? Timeout.InfiniteTimeSpan)));

    private Task<ControlBalancer> BalancerAsync(TimeSpan? failFast = null) => _harness.On(() => new ControlBalancer(
        _harness.Loop,
        "service:1",
        () => _answers.TryDequeue(out Func<Task<DnsAnswer>>? answer) ? answer() : (_pending = new TaskCompletionSource<DnsAnswer>()).Task,
        address =>
        {
            var client = new FakeClient();
            _clients.Add(address.ToString(), client);
            return client;
        },
        null,
        _log,
        failFast));

    private Task WhenAsync(Func<bool> condition) => Eventually.TrueAsync(() => _harness.On(condition).GetAwaiter().GetResult());

    private sealed class FakeCall : IHttpCall
    {
        public ProxyError? Error { get; private set; }

        public IHttpStreamHandler StreamHandler => throw new InvalidOperationException("no stream is opened here");

        public void OnStream(HttpStream stream, HttpClient client)
        {
        }

        public void OnFailed(ProxyError error) => Error = error;
    }

    private sealed class FakeClient : HttpClient
    {
        private bool _ready;

        public List<IHttpCall> Calls { get; } = [];

        public bool IsPrimed { get; private set; }

        public bool IsRetired { get; private set; }

        public override bool IsReady => _ready;

        public override void Prime() => IsPrimed = true;

        public override void Open(IHttpCall call) => Calls.Add(call);

        public override void Cancel(IHttpCall call) => Calls.Remove(call);

        public override void Retire() => IsRetired = true;

        public void SetReady(bool ready)
        {
            _ready = ready;
            ReadyChanged?.Invoke(this);
        }
    }
}
