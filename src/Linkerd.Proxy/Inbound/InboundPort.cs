using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Inbound;

/// <summary>One inbound port as a worker sees it: its policy, compiled, and its clients of the application.</summary>
internal sealed class InboundPort
{
    private readonly InboundStack _stack;
    private readonly Dictionary<(SocketAddress Address, HttpProtocol Protocol), HttpClient> _clients = [];
    private readonly LoopTimer _idle;
    private readonly StackMetrics _stage;
    private readonly IDisposable _subscription;
    private readonly HashSet<InboundTcp> _watching = [];
    private readonly QueuePlaces _queue;
    private int _users;

    public InboundPort(InboundStack stack, int port, ServerPolicy initial)
    {
        _stack = stack;
        Port = port;
        Authorities = stack.Runtime.Config.Inbound.AuthorityLabels ? new AuthorityNames() : null;
        _queue = stack.Runtime.InboundQueues.Get(port, static _ => new QueuePlaces());
        Current = InboundPolicy.Compile(initial);
        Detection = Measure(initial);
        _stage = new StackMetrics(stack.Runtime.Metrics.Stack, "inbound", "http", "logical", stack.Worker.Index);
        _stage.Created();
        _idle = new LoopTimer(stack.Worker.Loop, static self => ((InboundPort)self!).Evict(), this);
        _subscription = stack.Runtime.InboundPolicies.Subscribe(port, stack.Worker.Loop, Update);

        // Whoever knocked may go without a word: then nobody will have used it.
        ForgetWhenIdle();
    }

    public int Port { get; }

    /// <summary>Authorities that requests are counted by; null when they are not (<c>INBOUND_METRICS_AUTHORITY_LABELS</c>).</summary>
    public AuthorityNames? Authorities { get; }

    /// <summary>The policy of the moment, compiled.</summary>
    public InboundPolicy Current { get; private set; }

    /// <summary>The policy of the moment.</summary>
    public ServerPolicy Policy => Current.Server;

    /// <summary>Detects HTTP, and counts what it finds.</summary>
    public DetectMetrics Detection { get; private set; }

    /// <summary>Tells a TCP connection of changes of the policy, until <see cref="Unwatch"/>: it ends when it is no longer allowed.</summary>
    public void Watch(InboundTcp connection) => _watching.Add(connection);

    public void Unwatch(InboundTcp connection) => _watching.Remove(connection);

    public void Enter()
    {
        _users++;
        _stack.Worker.Serving++;
        _idle.Stop();
    }

    public void Exit()
    {
        _stack.Worker.Serving--;
        if (--_users == 0) ForgetWhenIdle();
    }

    /// <summary>The client of the application at an address, in the version that the application is to see.</summary>
    public HttpClient ClientFor(SocketAddress address, HttpProtocol protocol)
    {
        if (_clients.TryGetValue((address, protocol), out HttpClient? known)) return known;
        var config = _stack.Runtime.Config.Inbound;
        var target = new HttpClientTarget
        {
            Protocol = protocol,
            Direction = Direction.Inbound,
            Http1 = HttpOptions.Http1Of(config),
            Http2 = HttpOptions.Http2Of(config),
            RestoresOriginalProtocol = true,
            Backoff = config.ConnectBackoff,
            MaxIdleConnections = config.MaxIdleConnections,
            IdleTimeout = config.PoolIdleTimeout,
            Queue = new ConnectQueue(config.HttpQueue, _queue),
            Connect = new ConnectTarget { Address = address, Timeout = config.ConnectTimeout, Options = config.ConnectOptions },
        };
        Labels labels = Labels.Of("direction", "inbound").And("peer", "dst").And(ProxyLabels.Target(address)).And("tls", "no_identity").And("no_tls_reason", "loopback");
        HttpClient client = _stack.Services.HttpClients.Create(target, new ConnectionMetrics(_stack.Runtime.Metrics, _stack.Worker.Connections, labels, _stack.Worker.Index));
        _clients.Add((address, protocol), client);
        return client;
    }

    private DetectMetrics Measure(ServerPolicy policy) => new(_stack.Runtime.Metrics.InboundDetect, ProxyLabels.Server(policy.Meta, Port), _stack.Worker.Index);

    private void Update(InboundPolicy policy)
    {
        Current = policy;
        Detection = Measure(policy.Server);
        foreach (InboundTcp connection in _watching.ToArray()) connection.OnPolicyChanged();
    }

    private void ForgetWhenIdle()
    {
        if (!_stack.Runtime.Config.Inbound.Ports.Contains(Port)) _idle.Start(_stack.Runtime.Config.Inbound.DiscoveryIdleTimeout);
    }

    private void Evict()
    {
        _stack.Forget(this);
        _stage.Dropped();
        _subscription.Dispose();
        foreach (HttpClient client in _clients.Values) client.Retire();
    }
}
