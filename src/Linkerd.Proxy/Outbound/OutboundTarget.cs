using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Discovery;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Outbound;

/// <summary>
/// One outbound destination as a worker sees it: what was discovered of it, compiled into services. A new snapshot replaces the
/// services whole; backends that it still names are kept, with their connections.
/// </summary>
internal sealed class OutboundTarget
{
    private readonly OutboundStack _stack;
    private readonly TaskCompletionSource _ready = new();
    private readonly LoopTimer _idle;
    private readonly LoopTimer _timeout;
    private readonly IDisposable? _subscription;
    private readonly OutboundHttp _http1;
    private readonly OutboundHttp _http2;
    private Dictionary<BackendKey, BackendHandle> _backends = [];
    private Meta _parent = Meta.Unknown;
    private readonly DiscoveryQueue _waiting;
    private readonly QueuePlaces _places;
    private Counter? _connections;
    private int _users;

    public OutboundTarget(OutboundStack stack, OutboundDestination destination)
    {
        _stack = stack;
        Destination = destination;
        EventLoop loop = stack.Worker.Loop;
        OutboundConfig config = stack.Runtime.Config.Outbound;
        _places = stack.Runtime.DiscoveryQueues.Get(destination, static _ => new QueuePlaces());
        _http1 = new OutboundHttp(stack, this);
        _http2 = new OutboundHttp(stack, this);
        _waiting = new DiscoveryQueue(stack, this, _places);
        DetectTimeout = config.DetectTimeout;
        Detection = new DetectMetrics(stack.Runtime.Metrics.OutboundDetect, ProxyLabels.Reference("parent", _parent), stack.Worker.Index);
        _idle = new LoopTimer(loop, static self => ((OutboundTarget)self!).Evict(), this);
        _timeout = new LoopTimer(loop, static self => ((OutboundTarget)self!).OnDiscoveryTimeout(), this);
        // Whoever made it uses it in this same turn, or it goes again.
        _idle.Start(config.DiscoveryIdleTimeout);
        if (IsLookedUp(destination))
        {
            _timeout.Start((TakesRequests ? config.HttpQueue : config.TcpQueue).FailfastTimeout);
            _subscription = stack.Runtime.OutboundTargets.Subscribe(destination, loop, Update);
        }
        else
        {
            Update(new OutboundInfo(Profile.Default, null));
        }
    }

    public OutboundDestination Destination { get; }

    /// <summary>The control plane knows it, or it is an address, which needs no one to know it.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>The control plane has not said what it is, and what comes for it fails at once: who may be there and must prove it is not known.</summary>
    public bool IsFailingFast { get; private set; }

    /// <summary>What a request gets for which there is no route.</summary>
    public ProxyError NoRoute => IsFailingFast
        ? new ProxyError(ProxyErrorKind.FailFast, "the control plane has not said what this destination is: failing fast")
        : ProxyError.Of(ProxyErrorKind.RouteNotFound);

    /// <summary>It was not used for long enough, and takes no more requests.</summary>
    public bool IsClosed { get; private set; }

    public bool IsOpaque { get; private set; }

    /// <summary>Set when policy says what is spoken.</summary>
    public DetectedProtocol? KnownProtocol { get; private set; }

    public TimeSpan DetectTimeout { get; private set; }

    /// <summary>Where opaque connections go; null when there is no route.</summary>
    public TcpRule? Tcp { get; private set; }

    /// <summary>Where TLS goes, by server name; null when policy does not say TLS.</summary>
    public TlsRules? Tls { get; private set; }

    /// <summary>Detects HTTP, and counts what it finds.</summary>
    public DetectMetrics Detection { get; private set; }

    public IHttpService Http(DetectedProtocol protocol) => protocol == DetectedProtocol.Http2 ? _http2 : _http1;

    /// <summary>Takes a request, which waits while nothing is known.</summary>
    public void Call(HttpExchange exchange, DetectedProtocol protocol)
    {
        if (_ready.Task.IsCompleted) Http(protocol).Call(exchange);
        else _waiting.Add(exchange, protocol);
    }

    /// <summary>A connection begins to use it.</summary>
    public void Enter()
    {
        _stack.Worker.Serving++;
        Use();
    }

    /// <summary>A connection goes on, now that the destination is known.</summary>
    public void CountConnection() => _connections?.For(_stack.Worker.Index).Increment();

    public void Exit()
    {
        _stack.Worker.Serving--;
        Unuse();
    }

    /// <summary>A request begins to use it: it is not evicted before <see cref="Unuse"/>.</summary>
    public void Use()
    {
        if (_users++ == 0) _idle.Stop();
    }

    public void Unuse()
    {
        if (--_users == 0) _idle.Start(_stack.Runtime.Config.Outbound.DiscoveryIdleTimeout);
    }

    /// <summary>
    /// Lets a connection wait until something is known, or as much time has passed as is waited. Throws <see cref="DetectException"/> when too many
    /// wait.
    /// </summary>
    public async ValueTask ReadyAsync()
    {
        if (_ready.Task.IsCompleted) return;
        int capacity = _stack.Runtime.Config.Outbound.TcpQueue.Capacity;
        if (!_places.TryTake(capacity)) throw new DetectException("loadshed", $"{capacity} connections wait to hear what {Destination} is");
        try
        {
            await _ready.Task;
        }
        finally
        {
            _places.Release();
        }
    }

    // What waits is a request in ingress mode and in a gateway; else a connection, of which nothing was read yet.
    private bool TakesRequests => Destination.IsNamed || _stack.Runtime.Config.Outbound.IngressMode;

    private static bool IsLookedUp(OutboundDestination destination) => destination.IsNamed || !destination.Address.IsLoopback;

    private void OnDiscoveryTimeout()
    {
        if (_ready.Task.IsCompleted) return;
        IsFailingFast = true;
        Take(Profile.Default, SynthesizedPolicy.Nothing(_stack.Runtime.Config));
    }

    private void Update(OutboundInfo info)
    {
        IsFailingFast = false;
        IsKnown = !Destination.IsNamed || info.Policy is not null || info.Profile.Endpoint is not null || info.Profile.FullyQualifiedName.Length > 0;
        Take(info.Profile, info.Policy ?? SynthesizedPolicy.From(Destination, info.Profile, _stack.Runtime.Config));
    }

    private void Take(Profile profile, ClientPolicy policy)
    {
        _parent = policy.Meta;
        var next = new Dictionary<BackendKey, BackendHandle>();
        IsOpaque = policy.Protocol is ClientProtocol.Opaque or ClientProtocol.Tls || profile.OpaqueProtocol;
        DetectTimeout = policy.DetectTimeout;
        KnownProtocol = policy.Protocol switch
        {
            ClientProtocol.Http1 => DetectedProtocol.Http1,
            ClientProtocol.Http2 or ClientProtocol.Grpc => DetectedProtocol.Http2,
            _ => null,
        };
        Tcp = policy.OpaqueRoutes.Count == 0 ? null : MakeTcp(policy.OpaqueRoutes[0], next);
        Tls = policy.Protocol == ClientProtocol.Tls ? MakeTls(policy.TlsRoutes, next) : null;
        Measure(policy);
        try
        {
            Compile(profile, policy, new RouteCompiler(_stack, _parent, key => Handle(key, next)));
        }
        catch (ArgumentException exception)
        {
            // A regular expression that is none: the admission webhook refuses it, and nothing of such a policy may be applied.
            _http1.Routes = _http2.Routes = RouteCompiler.Invalid(exception.Message);
        }

        foreach ((BackendKey key, BackendHandle handle) in _backends)
        {
            if (!next.ContainsKey(key)) handle.Close();
        }

        _backends = next;
        _ready.TrySetResult();
        _waiting.Release();
    }

    /// <summary>A profile beats policy only when it has something to say.</summary>
    private void Compile(Profile profile, ClientPolicy policy, RouteCompiler compiler)
    {
        if ((profile.Routes.Count > 0 || profile.Overrides.Count > 0) && SynthesizedPolicy.BackendOf(Destination, profile, _stack.Runtime.Config) is { } fallback)
        {
            string destination = profile.FullyQualifiedName.Length > 0 ? $"{profile.FullyQualifiedName}:{Destination.Port}" : Destination.ToString();
            _http1.Routes = compiler.Profile(profile, fallback, destination, DetectedProtocol.Http1);
            _http2.Routes = compiler.Profile(profile, fallback, destination, DetectedProtocol.Http2);
            return;
        }

        _http1.Routes = compiler.Http(policy.Http1, DetectedProtocol.Http1);
        _http2.Routes = policy.Grpc is { } grpc ? compiler.Grpc(grpc) : compiler.Http(policy.Http2, DetectedProtocol.Http2);
    }

    private TcpRule MakeTcp(OpaqueRoute route, Dictionary<BackendKey, BackendHandle> next)
    {
        var metrics = new TcpRouteMetrics(_stack.Runtime.Metrics.TcpRoutes, RouteLabels(route.Meta), _stack.Worker.Index);
        return new TcpRule(route.Filters, route.Backends, metrics, backend => Handle(new BackendKey(_parent, backend, DetectedProtocol.Opaque, null), next));
    }

    private TlsRules MakeTls(IReadOnlyList<TlsRoute> routes, Dictionary<BackendKey, BackendHandle> next)
    {
        var rules = new TlsRules();
        foreach (TlsRoute route in routes)
        {
            var metrics = new TcpRouteMetrics(_stack.Runtime.Metrics.TlsRoutes, RouteLabels(route.Meta), _stack.Worker.Index, _stack.Runtime.Config.Outbound.HostnameLabels);
            rules.Add(route.ServerNames, new TcpRule(route.Filters, route.Backends, metrics, backend => Handle(new BackendKey(_parent, backend, DetectedProtocol.Tls, null), next)));
        }

        return rules;
    }

    private Labels RouteLabels(Meta route) => ProxyLabels.Reference("parent", _parent)
        .And(ProxyLabels.Route(route))
        .And("target_ip", Destination.IsNamed ? string.Empty : Destination.Address.IpString())
        .And("target_port", Destination.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private void Measure(ClientPolicy policy)
    {
        ProxyMetrics metrics = _stack.Runtime.Metrics;
        int worker = _stack.Worker.Index;
        Labels parent = ProxyLabels.Reference("parent", policy.Meta);
        Detection = new DetectMetrics(metrics.OutboundDetect, parent, worker);
        string protocol = policy.Protocol switch
        {
            ClientProtocol.Http1 => "http/1",
            ClientProtocol.Http2 or ClientProtocol.Grpc => "http/2",
            ClientProtocol.Opaque => "opaq",
            ClientProtocol.Tls => "tls",
            _ => "detect",
        };
        _connections = metrics.OutboundProtocols.With(Labels.Of("protocol", protocol).And(parent));
    }

    private BackendHandle Handle(BackendKey key, Dictionary<BackendKey, BackendHandle> next)
    {
        if (next.TryGetValue(key, out BackendHandle? known)) return known;
        if (!_backends.TryGetValue(key, out BackendHandle? handle)) handle = new BackendHandle(_stack, key);
        next.Add(key, handle);
        return handle;
    }

    private void Evict()
    {
        IsClosed = true;
        _timeout.Stop();
        _stack.Forget(Destination);
        _subscription?.Dispose();
        foreach (BackendHandle handle in _backends.Values) handle.Close();
    }
}
