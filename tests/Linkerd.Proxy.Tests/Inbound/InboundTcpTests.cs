using System.Net;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Control;
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

/// <summary>Opaque connections through the inbound stack, on one loop, under a policy that a test changes.</summary>
public sealed class InboundTcpTests : IDisposable
{
    private const int Port = 9000;

    private readonly HttpMesh _mesh = new();
    private readonly MetricRegistry _registry = new(1);
    private Action<InboundPolicy>? _publish;

    [Fact]
    public async Task A_denial_that_arrives_while_the_application_is_connected_to_ends_the_connection()
    {
        var connector = new HeldConnector(new Connector(_mesh.Worker.Loop), _mesh.Listen(static _ => { }));
        SocketAddress entry = Serve(connector);
        using var client = RelayTests.Dial(entry);
        client.Send("secret"u8);
        await connector.Asked.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        _mesh.Worker.Loop.Post(static state => ((InboundTcpTests)state!)._publish!(Policy(allowed: false)), this);
        await Eventually.TrueAsync(() => Scrape().Contains("inbound_tcp_authz_terminate_total{", StringComparison.Ordinal), "the denial");
        // As connectors do, this one goes on on the loop.
        _mesh.Worker.Loop.Post(static state => ((TaskCompletionSource)state!).SetResult(), connector.Release);

        Assert.Equal(0, await Task.Run(() => Ended(client)));
        await Eventually.TrueAsync(() => Scrape().Contains("tcp_close_total{direction=\"inbound\",peer=\"src\"", StringComparison.Ordinal), "the end of the client's connection");
        Assert.DoesNotContain("peer=\"dst\"", Scrape(), StringComparison.Ordinal);
    }

    public void Dispose() => _mesh.Dispose();

    // Bytes until the end, which may be a reset.
    private static int Ended(System.Net.Sockets.Socket client)
    {
        try
        {
            return client.Receive(new byte[16]);
        }
        catch (System.Net.Sockets.SocketException)
        {
            return 0;
        }
    }

    private static InboundPolicy Policy(bool allowed) => InboundPolicy.Compile(new ServerPolicy
    {
        Meta = Meta.Default(allowed ? "open" : "shut"),
        Protocol = ServerProtocol.Opaque,
        Authorizations = allowed ? InboundDefaults.For(Config(), Port).Authorizations : [],
    });

    private static ProxyConfig Config() => ConfigLoader.Load(static name => name switch
    {
        _ when name.EndsWith("_SVC_ADDR", StringComparison.Ordinal) && !name.Contains("TRACE", StringComparison.Ordinal) => "127.0.0.1:1",
        "LINKERD2_PROXY_IDENTITY_DISABLED" => "1",
        "LINKERD2_PROXY_INBOUND_PORTS_DISABLE_PROTOCOL_DETECTION" => "9000",
        _ => null,
    }, 1);

    private SocketAddress Serve(IConnector connector)
    {
        EventLoop loop = _mesh.Worker.Loop;
        ProxyRuntime runtime = Runtimes.Create(loop, Config(), _registry, inbound: Runtimes.Watch<int, InboundPolicy>(loop, (port, publish, _) =>
        {
            // The admin server's port is watched too.
            if (port == Port) _publish = publish;
            publish(Policy(allowed: true));
            return Task.CompletedTask;
        }));
        var stack = new InboundStack(runtime, _mesh.Worker, _mesh.Services with { Connector = connector });
        SocketAddress destination = SocketAddress.From(new IPEndPoint(IPAddress.Parse("10.1.2.3"), Port));
        // From another host: the workload itself is let in whatever policy says.
        SocketAddress client = SocketAddress.From(new IPEndPoint(IPAddress.Parse("10.1.9.9"), 40000));
        return _mesh.Listen(transport => stack.Serve(transport, new Accepted(Direction.Inbound, client, transport.LocalAddress, destination)));
    }

    private string Scrape()
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        _registry.WriteText(text);
        return System.Text.Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>Connects to one address, when it may.</summary>
    private sealed class HeldConnector(IConnector inner, SocketAddress address) : IConnector
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Release { get; } = new();

        public async ValueTask<Transport> ConnectAsync(ConnectTarget target, TlsContexts? contexts, CancellationToken cancellation = default)
        {
            Transport transport = await inner.ConnectAsync(target with { Address = address }, contexts, cancellation);
            Asked.SetResult();
            await Release.Task;
            return transport;
        }
    }
}
