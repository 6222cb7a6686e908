using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Inbound;

/// <summary>One client's leave, or lack of it, to use one route under one policy; counts the requests that go under it.</summary>
internal sealed class InboundPermit : IExchangeObserver
{
    private readonly InboundStack _stack;
    private readonly HttpEndpointMetrics? _metrics;
    private readonly Counter _decisions;
    private readonly Cell _decided;

    public InboundPermit(InboundStack stack, InboundPort port, ServerPolicy policy, InboundRoute route, Meta? authorization, HttpPeer peer)
    {
        _stack = stack;
        Policy = policy;
        Route = route;
        IsAllowed = authorization is not null;
        int worker = stack.Worker.Index;
        ProxyMetrics metrics = stack.Runtime.Metrics;
        Labels target = ProxyLabels.Target(peer.Accepted.OriginalDestination);
        Labels labels = target.And(ProxyLabels.Tls(peer.Tls)).And(ProxyLabels.Server(policy.Meta, port.Port)).And(ProxyLabels.Resource("route", route.Meta));
        if (authorization is not null) labels = labels.And(ProxyLabels.Resource("authz", authorization));
        _decisions = (IsAllowed ? metrics.HttpAuthzAllow : metrics.HttpAuthzDeny).With(labels);
        _decided = _decisions.For(worker);
        if (IsAllowed) _metrics = new HttpEndpointMetrics(metrics, Labels.Of("direction", "inbound").And(labels), worker);
    }

    public ServerPolicy Policy { get; }

    public InboundRoute Route { get; }

    public bool IsAllowed { get; }

    /// <summary>A request is decided.</summary>
    public void OnRequest()
    {
        _decided.Increment();
        _metrics?.OnRequest();
    }

    public void OnResponse(HttpExchange exchange, HeaderBlock response) => _metrics?.OnResponse(exchange, response);

    public void OnEnd(HttpExchange exchange)
    {
        _metrics?.OnEnd(exchange, exchange.StartedAt);
        _stack.OnExchangeEnd(exchange);
    }

    public override string ToString() => _decisions.LabelText;
}
