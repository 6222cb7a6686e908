using System.Net;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Control;
using Linkerd.Proxy.Discovery;
using Linkerd.Proxy.Http;
using Linkerd.Proxy.Inbound;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Tests.Http;
using Linkerd.Proxy.Tests.Stack;
using Linkerd.Telemetry;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Outbound;

/// <summary>The outbound stack whole, on one loop, under a policy that a test sets.</summary>
public sealed class OutboundPathTests : IDisposable
{
    private static readonly SocketAddress s_destination = SocketAddress.From(new IPEndPoint(IPAddress.Parse("10.1.2.3"), 80));

    private readonly HttpMesh _mesh = new();
    private readonly MetricRegistry _registry = new(1);
    private EndpointSet _endpoints = EndpointSet.Empty;

    [Fact]
    public async Task A_request_under_a_full_policy_allocates_nothing_in_the_steady_state()
    {
        var echo = new EchoHandler { Describes = false };
        SocketAddress first = _mesh.App(HttpProtocol.Http2, () => echo);
        SocketAddress second = _mesh.App(HttpProtocol.Http2, () => echo);
        var rule = new OutboundRule<HttpRouteMatch>
        {
            Matches = [new HttpRouteMatch { Path = new TextMatch(TextMatchKind.Regex, "/v[a-z]+"), Method = "POST" }, new HttpRouteMatch { Path = new TextMatch(TextMatchKind.Prefix, "/vote") }],
            Filters = [new RouteFilter.RequestHeaders(Set("x-request")), new RouteFilter.ResponseHeaders(Set("x-response"))],
            Backends = new Distribution(DistributionKind.RandomAvailable, [new RouteBackend(Backend(first), 90, [new RouteFilter.RequestHeaders(Set("x-backend"))]), new RouteBackend(Backend(second), 10, [])]),
            Timeouts = new RouteTimeouts(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10)),
            Retry = new RetryPolicy { StatusRanges = [(500, 599)], Timeout = TimeSpan.FromSeconds(5) },
        };
        var accrual = new FailureAccrual.Unified(0.8, TimeSpan.FromSeconds(10), 5, 7) { Backoff = ExponentialBackoff.ControlDefault };
        var driver = new Driver(_mesh, Serve(rule, accrual));
        Assert.Equal(0, await driver.SteadyAsync(100_000));
        Assert.Contains("http_status=\"200\",error=\"\"} ", Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_not_relayed_is_read_to_a_limit_and_its_connection_given_up_beyond()
    {
        var app = new Flood();
        SocketAddress address = _mesh.App(HttpProtocol.Http11, () => app);
        SocketAddress entry = Serve(Retrying(address), null);

        string answer = await HttpMesh.Talk(entry, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 204", answer, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => app.WasReset, "the reset of the first answer");
    }

    [Fact]
    public async Task What_a_client_sends_while_an_attempt_fails_reaches_the_next_one_whole()
    {
        var app = new SecondTime();
        SocketAddress entry = Serve(Retrying(_mesh.App(HttpProtocol.Http11, () => app)), null);
        using var socket = RelayTests.Dial(entry);
        socket.Send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n"u8);
        byte[] part = new byte[20_000];
        Array.Fill(part, (byte)'x');
        socket.Send(part);
        await Eventually.TrueAsync(() => app.Attempts == 2, "the second attempt");
        socket.Send(part);
        socket.Send(part);
        string answer = await Task.Run(() => HttpMesh.ReadUntil(socket, "\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Equal(60_000, app.Received);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")]
    public async Task A_request_that_an_endpoint_never_saw_goes_to_another_one(string request)
    {
        SocketAddress alive = _mesh.App(HttpProtocol.Http11, static () => new Answering());
        Endpoint[] dead = [.. Enumerable.Range(0, 3).Select(static _ => new Endpoint { Address = Unused() })];
        _endpoints = EndpointSet.Empty.Apply(new EndpointUpdate.Add([.. dead, new Endpoint { Address = alive.ToIPEndPoint() }]));
        var balanced = new Backend { Meta = Meta.Default("app"), Balancer = new BalancerPolicy { Destination = "web.app.svc.cluster.local:80" } };
        SocketAddress entry = Serve(new OutboundRule<HttpRouteMatch> { Backends = Distribution.To(balanced) }, null);

        // Each of those that are not there is tried some time, and costs no request.
        for (int i = 0; i < 2000 && dead.Any(d => !Scrape().Contains($"target_port=\"{d.Address.Port}\"", StringComparison.Ordinal)); i++)
            Assert.StartsWith("HTTP/1.1 200", await HttpMesh.Talk(entry, request, "\r\n\r\n"), StringComparison.Ordinal);
        Assert.All(dead, d => Assert.Contains($"target_port=\"{d.Address.Port}\"", Scrape()));
        Assert.DoesNotContain("outbound_http_errors_total{", Scrape());
    }

    [Fact]
    public void Policy_s_retries_are_bounded()
    {
        var settings = Linkerd.Proxy.Outbound.RetrySettings.Compile(new RetryPolicy { MaxRetries = int.MaxValue, MaxRequestBytes = int.MaxValue })!;
        Assert.Equal((1000, 64 * 1024), (settings.MaxRetries, settings.MaxBytes));
    }

    public void Dispose() => _mesh.Dispose();

    /// <summary>A port of loopback that nobody listens on.</summary>
    private static IPEndPoint Unused()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }

    private static HeaderChanges Set(string name) => new([], [KeyValuePair.Create(name, "1")], []);

    private static Backend Backend(SocketAddress address) => new() { Meta = Meta.Default("app"), Forward = new Endpoint { Address = address.ToIPEndPoint() } };

    private static OutboundRule<HttpRouteMatch> Retrying(SocketAddress app) => new()
    {
        Backends = Distribution.To(Backend(app)),
        Retry = new RetryPolicy { MaxRetries = 1, StatusRanges = [(500, 599)] },
    };

    private string Scrape()
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        _registry.WriteText(text);
        return System.Text.Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private SocketAddress Serve(OutboundRule<HttpRouteMatch> rule, FailureAccrual? accrual)
    {
        var http = new HttpPolicy([new OutboundHttpRoute { Meta = Meta.Default("test"), Rules = [rule] }], accrual);
        var policy = new ClientPolicy { Meta = Meta.Default("test"), Http1 = http, Http2 = http };
        ProxyConfig config = ConfigLoader.Load(static name => name switch
        {
            _ when name.EndsWith("_SVC_ADDR", StringComparison.Ordinal) && !name.Contains("TRACE", StringComparison.Ordinal) => "127.0.0.1:1",
            "LINKERD2_PROXY_IDENTITY_LOCAL_NAME" => "client.test",
            "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS" => "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n",
            _ => null,
        }, 1);
        EventLoop loop = _mesh.Worker.Loop;
        ProxyRuntime runtime = Runtimes.Create(
            loop,
            config,
            _registry,
            outbound: Runtimes.Watch<OutboundDestination, OutboundInfo>(loop, (_, publish, _) =>
            {
                publish(new OutboundInfo(Profile.Default, policy));
                return Task.CompletedTask;
            }),
            endpoints: Runtimes.Watch<string, EndpointSet>(loop, (_, publish, _) =>
            {
                publish(_endpoints);
                return Task.CompletedTask;
            }));
        var stack = new OutboundStack(runtime, _mesh.Worker, _mesh.Services);
        return _mesh.Listen(transport => stack.Serve(transport, new Accepted(Direction.Outbound, transport.RemoteAddress, transport.LocalAddress, s_destination)));
    }

    /// <summary>Fails the first request with an answer that does not end, and answers the second.</summary>
    private sealed class Flood : Handler
    {
        private readonly byte[] _block = new byte[Discard.MaxBytes / 4];
        private volatile bool _wasReset;
        private int _requests;

        public bool WasReset => _wasReset;

        public override void OnHead(HttpStream stream, HeaderBlock head, bool end)
        {
            bool isFirst = ++_requests == 1;
            stream.SendHead(new HeaderBlock { Status = isFirst ? 503 : 204 }, end: !isFirst);
            if (isFirst) Pour(stream);
        }

        public override void OnSent(HttpStream stream, int count)
        {
            if (stream.BytesHeld == 0) Pour(stream);
        }

        public override void OnReset(HttpStream stream, in HttpFault fault) => _wasReset = true;

        private void Pour(HttpStream stream)
        {
            while (!stream.IsClosed && stream.SendData(_block, end: false) == _block.Length)
            {
            }
        }
    }

    /// <summary>Fails the first request at its head; answers the second when its body is whole.</summary>
    private sealed class SecondTime : Handler
    {
        private volatile int _attempts;
        private long _received;

        public int Attempts => _attempts;

        public long Received => Volatile.Read(ref _received);

        public override void OnHead(HttpStream stream, HeaderBlock head, bool end)
        {
            _attempts++;
            if (_attempts > 1) return;
            var failure = new HeaderBlock { Status = 503 };
            failure.SetContentLength(0);
            stream.SendHead(failure, end: true);
        }

        public override void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end)
        {
            stream.Consumed(data.Length);
            if (stream.IsHeadSent) return;
            Volatile.Write(ref _received, _received + data.Length);
            if (!end) return;
            var answer = new HeaderBlock { Status = 200 };
            answer.SetContentLength(0);
            stream.SendHead(answer, end: true);
        }
    }

    /// <summary>Answers when the request is whole.</summary>
    private sealed class Answering : Handler
    {
        public override void OnHead(HttpStream stream, HeaderBlock head, bool end)
        {
            if (end) Answer(stream);
        }

        public override void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end)
        {
            stream.Consumed(data.Length);
            if (end) Answer(stream);
        }

        private static void Answer(HttpStream stream)
        {
            var answer = new HeaderBlock { Status = 200 };
            answer.SetContentLength(0);
            stream.SendHead(answer, end: true);
        }
    }

    private abstract class Handler : IHttpStreamHandler
    {
        public void OnInformational(HttpStream stream, HeaderBlock head)
        {
        }

        public abstract void OnHead(HttpStream stream, HeaderBlock head, bool end);

        public virtual void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end) => stream.Consumed(data.Length);

        public void OnTrailers(HttpStream stream, HeaderBlock trailers)
        {
        }

        public virtual void OnSent(HttpStream stream, int count)
        {
        }

        public virtual void OnReset(HttpStream stream, in HttpFault fault)
        {
        }

        public void OnClosed(HttpStream stream)
        {
        }
    }
}
