using System.Net;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Balance;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Balance;

public sealed class HttpBalancerTests : IDisposable
{
    private readonly EventLoop _loop = EventLoop.Create();
    private readonly Worker _worker;
    private readonly ProxyMetrics _metrics = new(new MetricRegistry(1));
    private readonly Dictionary<int, FakeClient> _clients = [];

    public HttpBalancerTests() => _worker = new Worker(0, _loop);

    [Fact]
    public void Requests_wait_until_an_endpoint_is_ready()
    {
        HttpBalancer balancer = Make();
        balancer.Update(Endpoints(1));
        var exchange = new FakeExchange(_worker);
        balancer.Call(exchange);
        Assert.Null(exchange.ForwardedBy);
        Assert.Equal(1, balancer.Queued);
        _clients[1].SetReady(true);
        Assert.Same(_clients[1], exchange.ForwardedBy);
        Assert.Equal(0, balancer.Queued);
    }

    [Fact]
    public void A_full_queue_sheds()
    {
        HttpBalancer balancer = Make(new HttpBalancerOptions { Queue = new QueuePolicy(2, TimeSpan.FromSeconds(3)) });
        FakeExchange[] exchanges = [new(_worker), new(_worker), new(_worker)];
        foreach (FakeExchange exchange in exchanges) balancer.Call(exchange);
        Assert.Equal(ProxyErrorKind.None, exchanges[1].Answer.Kind);
        Assert.Equal(ProxyErrorKind.LoadShed, exchanges[2].Answer.Kind);
    }

    [Fact]
    [Proves("6.10 queue")]
    public void Without_ready_endpoints_waiting_and_new_requests_fail_fast_until_one_is_ready()
    {
        HttpBalancer balancer = Make(new HttpBalancerOptions { Queue = new QueuePolicy(10, TimeSpan.FromMilliseconds(20)) });
        balancer.Update(Endpoints(1));
        var waiting = new FakeExchange(_worker);
        balancer.Call(waiting);
        RunUntil(() => !waiting.Answer.IsNone);
        Assert.Equal(ProxyErrorKind.FailFast, waiting.Answer.Kind);
        Assert.True(balancer.IsFailingFast);
        var next = new FakeExchange(_worker);
        balancer.Call(next);
        Assert.Equal(ProxyErrorKind.FailFast, next.Answer.Kind);
        _clients[1].SetReady(true);
        var last = new FakeExchange(_worker);
        balancer.Call(last);
        Assert.Same(_clients[1], last.ForwardedBy);
    }

    [Fact]
    public void An_abandoned_request_leaves_the_queue()
    {
        HttpBalancer balancer = Make();
        balancer.Update(Endpoints(1));
        var exchange = new FakeExchange(_worker);
        balancer.Call(exchange);
        exchange.Waiting!.OnAbandoned(exchange);
        _clients[1].SetReady(true);
        Assert.Null(exchange.ForwardedBy);
    }

    [Fact]
    public void A_removed_endpoint_gets_nothing_more_and_is_retired()
    {
        HttpBalancer balancer = Make();
        balancer.Update(Endpoints(1, 2));
        _clients[1].SetReady(true);
        _clients[2].SetReady(true);
        balancer.Update(Endpoints(2));
        Assert.True(_clients[1].IsRetired);
        for (int i = 0; i < 20; i++)
        {
            var exchange = new FakeExchange(_worker);
            balancer.Call(exchange);
            Assert.Same(_clients[2], exchange.ForwardedBy);
        }
    }

    [Fact]
    public void A_changed_endpoint_is_made_anew()
    {
        HttpBalancer balancer = Make();
        balancer.Update(Endpoints(1));
        FakeClient before = _clients[1];
        balancer.Update(EndpointSet.Empty.Apply(new EndpointUpdate.Add([new Endpoint { Address = new IPEndPoint(IPAddress.Loopback, 1), Hint = ProtocolHint.Http2 }])));
        Assert.True(before.IsRetired);
        Assert.NotSame(before, _clients[1]);
    }

    [Fact]
    public void Pending_requests_move_load_to_the_other_endpoint()
    {
        HttpBalancer balancer = Make();
        balancer.Update(Endpoints(1, 2));
        _clients[1].SetReady(true);
        _clients[2].SetReady(true);
        for (int i = 0; i < 10; i++) balancer.Call(new FakeExchange(_worker));
        Assert.Equal(5, _clients[1].Forwarded);
        Assert.Equal(5, _clients[2].Forwarded);
    }

    [Fact]
    [Proves("6.7 l5d-require-id")]
    public void A_required_identity_that_the_endpoint_lacks_is_refused()
    {
        HttpBalancer balancer = Make();
        balancer.Update(Endpoints(1));
        _clients[1].SetReady(true);
        var exchange = new FakeExchange(_worker);
        exchange.Request.Add("l5d-require-id"u8, "someone.else"u8);
        balancer.Call(exchange);
        Assert.Equal(ProxyErrorKind.IdentityRequired, exchange.Answer.Kind);
    }

    [Fact]
    [Proves("6.10 consecutive")]
    public void Failures_in_a_row_shut_an_endpoint_and_a_probe_opens_it()
    {
        var accrual = new FailureAccrual.Consecutive(3) { Backoff = new ExponentialBackoff(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20), 0) };
        HttpBalancer balancer = Make(new HttpBalancerOptions { FailureAccrual = accrual });
        balancer.Update(Endpoints(1));
        _clients[1].SetReady(true);
        for (int i = 0; i < 3; i++)
        {
            var failing = new FakeExchange(_worker);
            balancer.Call(failing);
            failing.End(503);
        }

        Assert.Equal(0, balancer.ReadyCount);
        RunUntil(() => balancer.ReadyCount == 1);
        var probe = new FakeExchange(_worker);
        balancer.Call(probe);
        Assert.Equal(0, balancer.ReadyCount);
        probe.End(200);
        Assert.Equal(1, balancer.ReadyCount);
    }

    public void Dispose() => _loop.Dispose();

    private static EndpointSet Endpoints(params int[] ports)
        => EndpointSet.Empty.Apply(new EndpointUpdate.Add([.. ports.Select(p => new Endpoint { Address = new IPEndPoint(IPAddress.Loopback, p) })]));

    private HttpBalancer Make(HttpBalancerOptions? options = null) => new(_worker, options ?? new HttpBalancerOptions(), endpoint =>
    {
        var target = new HttpClientTarget
        {
            Protocol = HttpProtocol.Http11,
            Backoff = ExponentialBackoff.ControlDefault,
            Connect = new Linkerd.Proxy.Connect.ConnectTarget { Address = SocketAddress.From(endpoint.Address), Timeout = TimeSpan.FromSeconds(1) },
        };
        var factory = new FakeFactory(client => _clients[endpoint.Address.Port] = client);
        Labels labels = Labels.Of("target_port", endpoint.Address.Port.ToString());
        return new EndpointStack(target, factory, new HttpEndpointMetrics(_metrics, labels, 0), new ConnectionMetrics(_metrics, _worker.Connections, labels, 0));
    });

    private void RunUntil(Func<bool> condition)
    {
        var poll = new Poll(_loop, condition);
        poll.Start();
        _loop.Run();
        Assert.True(condition(), "the condition was not met in time");
    }

    private sealed class Poll
    {
        private readonly EventLoop _loop;
        private readonly Func<bool> _condition;
        private readonly LoopTimer _timer;
        private readonly long _deadline = Environment.TickCount64 + 10_000;

        public Poll(EventLoop loop, Func<bool> condition)
        {
            _loop = loop;
            _condition = condition;
            _timer = new LoopTimer(loop, static self => ((Poll)self!).Look(), this);
        }

        public void Start() => _timer.Start(TimeSpan.FromMilliseconds(1));

        private void Look()
        {
            if (_condition() || Environment.TickCount64 > _deadline) _loop.Stop();
            else Start();
        }
    }

    private sealed class FakeFactory(Action<FakeClient> made) : IHttpClientFactory
    {
        public HttpClient Create(HttpClientTarget target, IConnectionMetrics metrics)
        {
            var client = new FakeClient();
            made(client);
            return client;
        }
    }

    private sealed class FakeClient : HttpClient
    {
        private bool _ready;

        public int Forwarded { get; set; }

        public bool IsRetired { get; private set; }

        public override bool IsReady => _ready;

        public void SetReady(bool ready)
        {
            _ready = ready;
            ReadyChanged?.Invoke(this);
        }

        public override void Prime()
        {
        }

        public override void Open(IHttpCall call) => throw new InvalidOperationException("the fake exchange opens no streams");

        public override void Cancel(IHttpCall call)
        {
        }

        public override void Retire() => IsRetired = true;
    }

    private sealed class FakeExchange(Worker worker) : HttpExchange
    {
        public FakeClient? ForwardedBy { get; private set; }

        public ProxyError Answer { get; private set; }

        public override Worker Worker { get; } = worker;

        public override HttpPeer Peer => throw new InvalidOperationException("not asked for");

        public override HeaderBlock Request { get; } = new();

        public override long RequestBytes => 0;

        public override long ResponseBytes => 0;

        public override void Forward(HttpClient client, IExchangeObserver? attempt)
        {
            ForwardedBy = (FakeClient)client;
            ForwardedBy.Forwarded++;
            Attempt = attempt;
        }

        public override void Respond(ProxyError error) => Answer = error;

        public void End(int status)
        {
            Status = status;
            RespondedAt = Worker.Loop.Now;
            Attempt!.OnEnd(this);
        }
    }
}
