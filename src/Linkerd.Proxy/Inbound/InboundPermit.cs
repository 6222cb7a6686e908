using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Metrics;
using Linkerd.Net;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Tap;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Inbound;

/// <summary>One client's leave, or lack of it, to use one route under one policy; counts the requests that go under it.</summary>
internal sealed class InboundPermit : IExchangeObserver
{
    private readonly ProxyMetrics _families;
    private readonly int _worker;
    private readonly int _port;
    private readonly HttpPeer _peer;
    private readonly Meta? _authorization;
    private readonly IExchangeObserver? _after;
    private readonly Counter _decisions;
    private readonly Cell _decided;
    private readonly Labels _labels;
    private readonly bool _isAudited;
    private bool _denialLogged;
    private TapSubject? _tap;
    private HttpEndpointMetrics? _metrics;
    private List<(byte[] Authority, HttpEndpointMetrics Metrics)>? _byAuthority;
    private InboundRouteMetrics? _routeMetrics;

    public InboundPermit(ProxyMetrics families, int worker, int port, InboundPolicy policy, InboundRoute route, Meta? authorization, HttpPeer peer, IExchangeObserver? after)
    {
        Policy = policy;
        Route = route;
        _families = families;
        _worker = worker;
        _port = port;
        _peer = peer;
        _authorization = authorization;
        _after = after;
        _isAudited = authorization is { IsDefault: true, Name: DefaultPolicy.Audit };
        Labels labels = ProxyLabels.Target(peer.Accepted.OriginalDestination).And(ProxyLabels.Server(policy.Server.Meta, port)).And(ProxyLabels.Resource("route", route.Meta));
        if (authorization is not null) labels = labels.And(ProxyLabels.Resource("authz", authorization));
        _labels = labels.And(ProxyLabels.Tls(peer.Tls));
        _decisions = (IsAllowed ? families.HttpAuthzAllow : families.HttpAuthzDeny).With(_labels);
        _decided = _decisions.For(worker);
    }

    public InboundPolicy Policy { get; }

    public InboundRoute Route { get; }

    public bool IsAllowed => _authorization is not null;

    /// <summary>Authorities that requests are counted by; null when they are not.</summary>
    public AuthorityNames? Authorities { get; init; }

    /// <summary>A request is decided by it.</summary>
    public void OnDecided(Logger log)
    {
        _decided.Increment();
        if (_isAudited)
        {
            if (log.IsEnabled(LogLevel.Info)) log.Info(Facts("Request allowed"));
        }
        else if (!IsAllowed && !_denialLogged)
        {
            // Once for each connection and route: a client that keeps on trying must not fill the log.
            _denialLogged = true;
            log.Info(Facts("Request denied"));
        }
    }

    /// <summary>A request goes to the application.</summary>
    public void OnForward(HttpExchange exchange)
    {
        _routeMetrics ??= new InboundRouteMetrics(_families.InboundRoutes.For(Policy.IsGrpc), Policy.Server.Meta, _port, Route.Meta, Policy.IsGrpc, _worker);
        exchange.Observer = this;
        // What the request asked for is not known any more when it ends.
        HttpEndpointMetrics metrics = MetricsOf(exchange.Request);
        exchange.RouteState = metrics;
        metrics.OnRequest();
        _routeMetrics.OnRequest(exchange);
    }

    /// <summary>What taps say of both ends; the port's address never changes for a connection.</summary>
    public TapSubject TapSubject(SocketAddress target) => _tap ??= TapSubjects.Inbound(target, _peer.Tls, Policy.Server.Meta, Route.Meta, _authorization ?? Meta.Unknown);

    public void OnResponse(HttpExchange exchange, HeaderBlock response)
    {
        (exchange.RouteState as HttpEndpointMetrics)?.OnResponse(exchange, response);
        exchange.Tap?.OnResponse(exchange, response);
        _after?.OnResponse(exchange, response);
    }

    public void OnEnd(HttpExchange exchange)
    {
        (exchange.RouteState as HttpEndpointMetrics)?.OnEnd(exchange);
        _routeMetrics?.OnEnd(exchange);
        exchange.InboundRoute?.OnEnd(exchange);
        exchange.Tap?.OnEnd(exchange);
        _after?.OnEnd(exchange);
    }

    public override string ToString() => _decisions.LabelText;

    private HttpEndpointMetrics MetricsOf(HeaderBlock request)
    {
        if (Authorities?.Find(request.Authority) is not { } authority) return _metrics ??= new HttpEndpointMetrics(_families, Labels.Of("direction", "inbound").And(_labels), _worker);
        _byAuthority ??= [];
        foreach ((byte[] known, HttpEndpointMetrics metrics) in _byAuthority)
        {
            if (ReferenceEquals(known, authority)) return metrics;
        }

        Labels labels = Labels.Of("direction", "inbound").And("authority", System.Text.Encoding.ASCII.GetString(authority)).And(_labels);
        var made = new HttpEndpointMetrics(_families, labels, _worker);
        _byAuthority.Add((authority, made));
        return made;
    }

    private string Facts(string message)
    {
        Meta server = Policy.Server.Meta;
        string authorization = _authorization is { } authz ? $" authz.group={authz.Group} authz.kind={authz.Kind} authz.name={authz.Name}" : string.Empty;
        return $"{message} server.group={server.Group} server.kind={server.Kind} server.name={server.Name} route.group={Route.Meta.Group} route.kind={Route.Meta.Kind} route.name={Route.Meta.Name}"
            + $" client.tls={_peer.Tls.State} client.id={_peer.Tls.Client} client.ip={_peer.Accepted.Client.IpString()}{authorization}";
    }
}
