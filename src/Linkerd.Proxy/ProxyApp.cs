using System.Collections;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Accept;
using Linkerd.Proxy.Admin;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Control;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Discovery;
using Linkerd.Proxy.Dns;
using Linkerd.Proxy.Http;
using Linkerd.Proxy.Identity;
using Linkerd.Proxy.Inbound;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Tap;
using Linkerd.Telemetry;

namespace Linkerd.Proxy;

/// <summary>
/// The whole proxy. Order: ports are bound, the admin server answers, the certificate is obtained, then connections are
/// accepted; at the end connections drain for at most the grace period. The control loop is the calling thread.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "Lives as long as the process.")]
public sealed class ProxyApp
{
    private static readonly TimeSpan s_shortestExpiry = TimeSpan.FromSeconds(1);

    private readonly ProxyConfig _config;
    private readonly LogSink _sink;
    private readonly Logger _log;
    private readonly EventLoop _loop;
    private readonly Worker _control;
    private readonly MetricRegistry _registry;
    private readonly List<ProxyWorker> _workers = [];
    private readonly List<Worker> _metered = [];
    private readonly List<Thread> _threads = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly LoopTimer _expiry;
    private readonly ProxyRuntime _runtime;
    private readonly AdminService _admin;
    private readonly AdminStack _adminStack;
    private readonly TapHub _taps;
    private readonly IdentityStore? _identity;
    private readonly IIdentityProvider? _provider;
    private readonly TrustAnchorClient? _anchors;
    private readonly Observation _observation;
    private TcpListener? _adminListener;
    private TcpListener? _tapListener;
    private bool _draining;

    public ProxyApp(ProxyConfig config, LogSink sink, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
        _sink = sink;
        _log = sink.For("linkerd_proxy");
        _loop = EventLoop.Create(new EventLoopOptions { Name = "control" });
        _control = new Worker(config.Workers, _loop);
        _registry = new MetricRegistry(config.Workers + 1, config.Admin.MetricsRetainIdle, time);
        var metrics = new ProxyMetrics(_registry);
        ProcessMetrics.Register(_registry, time);
        _metered.Add(_control);
        HttpLimitMetrics.Register(_registry, _metered);
        RuntimeMetrics.Register(_registry, _metered);
        var connector = new Connector(_loop);
        var clients = new HttpClientFactory(_control, connector);
        DnsResolver resolver = DnsResolver.System(_loop, config.Dns);
        Logger control = sink.For("linkerd_proxy::control");
        var destination = new ControlClient(_control, "destination", Named(config.Destination), clients, resolver, metrics, control);
        var policy = new ControlClient(_control, "policy", Named(config.Policy), clients, resolver, metrics, control);
        var streams = new DiscoveryStreams(config, destination, policy, sink.For("linkerd_proxy::control"));
        _runtime = new ProxyRuntime
        {
            Config = config,
            Metrics = metrics,
            Log = sink,
            InboundPolicies = new WatchTable<int, InboundPolicy>(_loop, TimeSpan.FromSeconds(1), streams.InboundAsync, () => policy.IsReachable),
            OutboundTargets = new WatchTable<OutboundDestination, OutboundInfo>(_loop, TimeSpan.FromSeconds(1), streams.OutboundAsync, () => destination.IsReachable && policy.IsReachable),
            InboundProfiles = new WatchTable<HostPort, Profile>(_loop, TimeSpan.FromSeconds(1), (name, publish, stop) => streams.ProfileAsync(OutboundDestination.Named(name), publish, stop), () => destination.IsReachable),
            Endpoints = new WatchTable<string, EndpointSet>(_loop, TimeSpan.FromSeconds(1), streams.EndpointsAsync, () => destination.IsReachable),
            InboundInFlight = new InFlightLimit(config.Inbound.MaxInFlight, config.Workers + 1),
            OutboundInFlight = new InFlightLimit(config.Outbound.MaxInFlight, config.Workers + 1),
        };
        _expiry = new LoopTimer(_loop, static self => ((ProxyApp)self!).ExpireSeries(), this);
        _admin = new AdminService(_registry, sink, Environment.GetEnvironmentVariable, static () => Environment.GetEnvironmentVariables().Keys.Cast<string>(), config.Admin.ShutdownEnabled ? Shutdown : null)
        {
            BeforeScrape = SweepAsync,
        };
        _taps = new TapHub(_loop, _registry);
        _observation = new Observation(config, _registry, time, sink, _control, tracing => new ControlClient(_control, "trace_collector", Named(tracing.Collector), clients, resolver, metrics, control));
        _adminStack = new AdminStack(_runtime, _control, ProtocolDetector.Instance, _admin);
        if (config.Identity is { } identity)
        {
            var client = new ControlClient(_control, "identity", identity.Service, clients, resolver, metrics, control);
            Logger log = sink.For("linkerd_proxy::identity");
            _identity = new IdentityStore(identity, _control, _registry, time, log);
            _provider = identity.IsSpire ? new SpireProvider(identity, _identity, client, log) : new CertifyProvider(identity, _identity, client, time, log);
            _anchors = identity.IsSpire ? null : new TrustAnchorClient(_identity, client);
        }
    }

    /// <summary>Every family that this proxy can show, and their values.</summary>
    public MetricRegistry Metrics => _registry;

    /// <summary>Runs until the proxy was told to end and has drained. Returns the exit code.</summary>
    public int Run()
    {
        foreach (string warning in _config.Warnings) _log.Warn(warning);
        _loop.UnhandledException += e => _log.Error($"unexpected error: {e}");
        _adminListener = ListenAddresses.Bind([_config.Admin.Listen], static address => TcpListener.Bind(address), _log.Warn)[0];
        _adminListener.Start(_loop, new ConnectionAcceptor(Direction.Inbound, _control, _adminStack));
        if (_config.Tap is { } tap)
        {
            _tapListener = ListenAddresses.Bind([tap.Listen], static address => TcpListener.Bind(address), _log.Warn)[0];
            _tapListener.Start(_loop, new ConnectionAcceptor(Direction.Inbound, _control, new TapServer(_runtime, _control, ProtocolDetector.Instance, _taps, tap.PermittedClient)));
        }

        for (int i = 0; i < _config.Workers; i++)
        {
            var worker = new ProxyWorker(_runtime, i);
            worker.Loop.UnhandledException += e => _log.Error($"unexpected error: {e}");
            worker.Bind(_config, shared: _config.Workers > 1, i == 0 ? _log.Warn : null);
            _workers.Add(worker);
            _taps.Add(worker.Worker);
            _observation.Add(worker.Worker);
            _metered.Add(worker.Worker);
        }

        LogStart();
        _loop.Post(Start);
        _loop.Run();
        foreach (ProxyWorker worker in _workers) worker.Loop.Stop();
        foreach (Thread thread in _threads) thread.Join();
        return 0;
    }

    /// <summary>Begins to end: nothing new is accepted, connections finish. Any thread.</summary>
    public void Shutdown() => _loop.Post(BeginDrain);

    private ControlConfig Named(ControlConfig service) => _config.Identity is null ? service with { Name = null } : service;

    private void LogStart()
    {
        _log.Info($"release {BuildInfo.Version} by linkerd-cs");
        _log.Info($"Using {_config.Workers} worker threads");
        _log.Info($"Admin interface on {_config.Admin.Listen}");
        _log.Info($"Inbound interface on {_config.Inbound.Listen}");
        if (_config.Tap is { } tap) _log.Info($"Tap interface on {tap.Listen}");
        foreach (SocketAddress address in _config.Outbound.Listen) _log.Info($"Outbound interface on {address}");
        if (_config.Identity is { } identity) _log.Info($"Local identity is {identity.LocalName}");
        _log.Info($"Destinations resolved via {_config.Destination.Address}");
    }

    private TimeSpan ExpiryInterval => _config.Admin.MetricsRetainIdle < s_shortestExpiry ? s_shortestExpiry : _config.Admin.MetricsRetainIdle;

    // Pods come and go, and with them their series, in clusters where nobody scrapes too.
    private void ExpireSeries()
    {
        _registry.Expire();
        _expiry.Start(ExpiryInterval);
    }

    private void Start()
    {
        _expiry.Start(ExpiryInterval);
        foreach (ProxyWorker worker in _workers)
        {
            var thread = new Thread(worker.Loop.Run) { Name = worker.Loop.Name, IsBackground = true };
            _threads.Add(thread);
            thread.Start();
        }

        if (_identity is null)
        {
            Serve();
            return;
        }

        _identity.State.Subscribe(OnIdentity);
        _ = _provider!.RunAsync(_stopping.Token);
    }

    private void OnIdentity(IdentityState state)
    {
        foreach (ProxyWorker worker in _workers) worker.Loop.Post(() => worker.SetTls(state.Contexts));
        if (_admin.IsReady || _draining) return;
        Serve();
        _ = _anchors?.RunAsync(_config.ControlStreams, _stopping.Token);
    }

    private void Serve()
    {
        foreach (ProxyWorker worker in _workers) worker.Loop.Post(worker.Start);
        _adminStack.WatchPolicy();
        _admin.IsReady = true;
        new LoopTimer(_loop, static _ => StartupPages.GiveBack(), null).Start(TimeSpan.FromSeconds(1));
    }

    private void BeginDrain()
    {
        if (_draining) return;
        _draining = true;
        _log.Info("Received shutdown signal");
        _admin.IsReady = false;
        foreach (ProxyWorker worker in _workers) worker.Loop.Post(worker.Drain);
        _ = DrainAsync();
    }

    private async Task DrainAsync()
    {
        long deadline = _loop.Now + (long)_config.ShutdownGrace.TotalNanoseconds;
        while (!await AllIdleAsync() && _loop.Now < deadline) await LoopDelay.WaitAsync(_loop, TimeSpan.FromMilliseconds(20), CancellationToken.None);
        if (_loop.Now >= deadline) _log.Warn($"Graceful shutdown did not complete in {_config.ShutdownGrace}, terminating now");
        await _observation.DrainAsync();
        await _stopping.CancelAsync();
        _loop.Stop();
    }

    private async Task<bool> AllIdleAsync()
    {
        foreach (ProxyWorker worker in _workers)
        {
            if (!await AskAsync(worker, static w => w.IsIdle)) return false;
        }

        return true;
    }

    private async Task SweepAsync()
    {
        _control.Connections.Run();
        foreach (ProxyWorker worker in _workers)
        {
            await AskAsync(worker, static w =>
            {
                w.Worker.Connections.Run();
                return true;
            });
        }
    }

    private static Task<bool> AskAsync(ProxyWorker worker, Func<ProxyWorker, bool> question)
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        worker.Loop.Post(() => answer.TrySetResult(question(worker)));
        return answer.Task;
    }
}
