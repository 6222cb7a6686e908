using System.Net;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Control;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Discovery;
using Linkerd.Proxy.Identity;
using Linkerd.Proxy.Inbound;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Tests.Http;
using Linkerd.Proxy.Tests.Stack;
using Linkerd.Telemetry;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Inbound;

/// <summary>What clients that nobody knows can make the inbound side hold.</summary>
public sealed class InboundStackTests : IDisposable
{
    private readonly HttpMesh _mesh = new();
    private readonly MetricRegistry _registry = new(1);
    private int _watched;
    private int _left;

    [Fact]
    public async Task A_port_that_was_only_knocked_at_is_forgotten()
    {
        SocketAddress entry = Serve(Config(), ProtocolDetector.Instance, port => port);
        for (int i = 0; i < 20; i++)
        {
            using System.Net.Sockets.Socket client = RelayTests.Dial(entry);
        }

        await Eventually.TrueAsync(() => Volatile.Read(ref _left) == 20, "the end of each watch");
        Assert.Equal(20, Volatile.Read(ref _watched));
        Assert.Contains("stack_drop_total{direction=\"inbound\",protocol=\"http\",name=\"logical\"} 20", Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_names_that_clients_make_up_share_a_series()
    {
        ProxyConfig config = Config() with
        {
            Identity = new IdentityConfig
            {
                Directory = "/nowhere",
                TrustAnchors = string.Empty,
                TokenFile = "/nowhere",
                LocalName = PeerIdentity.Dns("web"),
                ServerName = "web",
                Service = Config().Destination,
            },
        };
        _mesh.Worker.Tls = new TlsContexts(PeerIdentity.Dns("web"), "web", null!, null!);
        SocketAddress entry = Serve(config, new NamingDetector(), static _ => 9000);
        int clients = InboundStack.MaxServerNames + 50;
        for (int i = 0; i < clients; i++)
        {
            using System.Net.Sockets.Socket client = RelayTests.Dial(entry);
        }

        await Eventually.TrueAsync(() => Sum("tcp_open_total{", "peer=\"src\"") == clients, "all connections counted");
        Assert.Equal(InboundStack.MaxServerNames + 1, Lines("tcp_open_total{", "peer=\"src\"").Count);
        Assert.Single(Lines("tcp_open_total{", "sni=\"\""));
    }

    public void Dispose() => _mesh.Dispose();

    private static ProxyConfig Config() => ConfigLoader.Load(static name => name switch
    {
        _ when name.EndsWith("_SVC_ADDR", StringComparison.Ordinal) && !name.Contains("TRACE", StringComparison.Ordinal) => "127.0.0.1:1",
        "LINKERD2_PROXY_IDENTITY_DISABLED" => "1",
        "LINKERD2_PROXY_INBOUND_DISCOVERY_IDLE_TIMEOUT" => "20ms",
        _ => null,
    }, 1);

    private SocketAddress Serve(ProxyConfig config, IProtocolDetector detector, Func<int, int> port)
    {
        EventLoop loop = _mesh.Worker.Loop;
        ProxyRuntime runtime = Runtimes.Create(loop, config, _registry, inbound: Runtimes.Watch<int, InboundPolicy>(loop, (_, _, cancellation) =>
        {
            Interlocked.Increment(ref _watched);
            cancellation.Register(() => Interlocked.Increment(ref _left));
            return Task.CompletedTask;
        }, idleMillis: 1));
        var stack = new InboundStack(runtime, _mesh.Worker, _mesh.Services with { Detector = detector });
        SocketAddress client = SocketAddress.From(new IPEndPoint(IPAddress.Parse("10.1.9.9"), 40000));
        int next = 20_000;
        return _mesh.Listen(transport => stack.Serve(transport, new Accepted(
            Direction.Inbound,
            client,
            transport.LocalAddress,
            SocketAddress.From(new IPEndPoint(IPAddress.Parse("10.1.2.3"), port(next++))))));
    }

    private string Scrape()
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        _registry.WriteText(text);
        return System.Text.Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private List<string> Lines(string start, string label)
        => [.. Scrape().Split('\n').Where(line => line.StartsWith(start, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))];

    private double Sum(string start, string label)
        => Lines(start, label).Sum(static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Sees a ClientHello with another name in every connection.</summary>
    private sealed class NamingDetector : IProtocolDetector
    {
        private int _count;

        public ValueTask<TlsDetection> DetectTlsAsync(Transport transport, TlsContexts contexts, TimeSpan timeout)
            => new(new TlsDetection(transport, new ServerTls(ServerTlsState.Passthrough, ServerName: $"name-{_count++}.example")));

        public ValueTask<DetectedProtocol> DetectHttpAsync(Transport transport, TimeSpan timeout) => new(DetectedProtocol.Opaque);

        public ValueTask<string> DetectServerNameAsync(Transport transport, TimeSpan timeout) => new(string.Empty);

        public ValueTask<TransportHeader> ReadTransportHeaderAsync(Transport transport, TimeSpan timeout) => throw new NotSupportedException();
    }
}
