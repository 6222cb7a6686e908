using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Http;
using Linkerd.Proxy.Identity;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Tcp;
using Linkerd.Telemetry;

namespace Linkerd.Proxy;

/// <summary>One thread of the data path, with its listeners and stacks.</summary>
internal sealed class ProxyWorker
{
    private static readonly TimeSpan s_trimInterval = TimeSpan.FromSeconds(1);

    private readonly List<TcpListener> _inboundListeners = [];
    private readonly List<TcpListener> _outboundListeners = [];
    private readonly LoopTimer _trim;
    private readonly ProxyMetrics _metrics;
    private long _turnsSeen;
    private int _idleSeconds;
    private readonly InboundStack _inbound;
    private readonly OutboundStack _outbound;

    public ProxyWorker(ProxyRuntime runtime, int index)
    {
        Loop = EventLoop.Create(new EventLoopOptions { Name = $"worker-{index}" });
        Worker = new Worker(index, Loop);
        _trim = new LoopTimer(Loop, static self => ((ProxyWorker)self!).TrimWhenIdle(), this);
        _metrics = runtime.Metrics;
        ProxyConfig config = runtime.Config;
        var connector = new Connector(Loop, address => IsOwn(config, address), Reserve);
        var services = new WorkerServices(ProtocolDetector.Instance, connector, TcpRelay.Instance, new HttpServerFactory(Worker), new HttpClientFactory(Worker, connector));
        _inbound = new InboundStack(runtime, Worker, services);
        _outbound = new OutboundStack(runtime, Worker, services);
        _inbound.Gateway = new GatewayStack(_inbound, _outbound);
    }

    /// <summary>
    /// Descriptors that the data path leaves to the rest: an eighth of the limit, at most 128. Connecting stops first, which fails at once and so
    /// unwinds even a routing loop; accepting stops at half of it, and what comes then waits in the kernel's queue.
    /// </summary>
    private static int Reserve => (int)Math.Clamp(ProcessLimits.DescriptorLimit() / 8, 8, 128);

    public EventLoop Loop { get; }

    public Worker Worker { get; }

    /// <summary>No accepted connection is being served.</summary>
    public bool IsIdle => Worker.Serving == 0;

    /// <summary>Binds this worker's share of the listening ports; the kernel spreads connections over the workers. Before the loop runs.</summary>
    public void Bind(ProxyConfig config, bool shared, Action<string>? warn)
    {
        _inboundListeners.AddRange(Bind([config.Inbound.Listen], config.Inbound, shared, warn));
        _outboundListeners.AddRange(Bind(config.Outbound.Listen, config.Outbound, shared, warn));
    }

    /// <summary>Starts accepting. On the loop.</summary>
    public void Start()
    {
        _inbound.WatchPorts();
        foreach (TcpListener listener in _inboundListeners) listener.Start(Loop, new ConnectionAcceptor(Direction.Inbound, Worker, _inbound, acceptFailed: errno => OnAcceptFailed("inbound", errno)));
        foreach (TcpListener listener in _outboundListeners) listener.Start(Loop, new ConnectionAcceptor(Direction.Outbound, Worker, _outbound, _outbound.OnRefused, errno => OnAcceptFailed("outbound", errno)));
        _trim.Start(s_trimInterval);
    }

    /// <summary>New connections use these contexts. On the loop.</summary>
    public void SetTls(TlsContexts contexts) => Worker.Tls = contexts;

    /// <summary>Stops accepting; connections finish what they have. On the loop.</summary>
    public void Drain()
    {
        Worker.IsDraining = true;
        foreach (TcpListener listener in _inboundListeners) listener.Dispose();
        foreach (TcpListener listener in _outboundListeners) listener.Dispose();
        _inbound.Drain();
        _outbound.Drain();
    }

    private void OnAcceptFailed(string direction, int errno)
        => _metrics.TcpAcceptErrors.With(Labels.Of("direction", direction).And("errno", Errno.Name(errno))).For(Worker.Index).Increment();

    /// <summary>A worker that did next to nothing for a while gives garbage back, and after ten seconds its pools; what a busy one leaves behind has a bound.</summary>
    private void TrimWhenIdle()
    {
        const long BusyTurns = 4;
        const int PoolSeconds = 10;
        if (Loop.Turns - _turnsSeen >= BusyTurns)
        {
            _idleSeconds = 0;
            IdleMemory.Bound();
        }
        else
        {
            // Pools stay for a while: requests that come every few seconds are not to fill them each time.
            bool isLong = ++_idleSeconds == PoolSeconds;
            if (isLong) Worker.Http.Trim();
            // What the collector freed are also the last users of the C library's blocks.
            if (IdleMemory.GiveBack(isLong)) ProcessLimits.ReleaseFreeMemory();
        }

        _turnsSeen = Loop.Turns;
        _trim.Start(s_trimInterval);
    }

    private static bool IsOwn(ProxyConfig config, SocketAddress address)
        => config.Outbound.Listen.Contains(address)
            || (address.Port == config.Inbound.Listen.Port && (address.IsLoopback || address.SameHost(config.Inbound.Listen)));

    private static List<TcpListener> Bind(IReadOnlyList<SocketAddress> addresses, SideConfig side, bool shared, Action<string>? warn)
    {
        var options = new TcpListenerOptions { ReusePort = shared, Backlog = side.ListenBacklog ?? 4096, Accepted = side.AcceptOptions, DescriptorReserve = Reserve / 2 };
        return ListenAddresses.Bind(addresses, address => TcpListener.Bind(address, options), warn);
    }
}
