using Linkerd.Http;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Outbound;

/// <summary>Requests to one destination in one version: limit, route, say where it goes, balance.</summary>
internal sealed class OutboundHttp(OutboundStack stack) : IHttpService, IExchangeObserver
{
    /// <summary>Replaced whole by every snapshot; a request sees one.</summary>
    public OutboundRoutes Routes { get; set; } = new();

    public void Call(HttpExchange exchange)
    {
        if (!stack.Runtime.OutboundInFlight.TryEnter())
        {
            stack.CountHttpError(ProxyErrorKind.LoadShed);
            exchange.Respond(ProxyError.Of(ProxyErrorKind.LoadShed));
            return;
        }

        exchange.Observer = this;
        HeaderBlock request = exchange.Request;
        if (Routes.Table.Find(request) is not { } rule)
        {
            exchange.Respond(ProxyError.Of(ProxyErrorKind.RouteNotFound));
            return;
        }

        if (rule.Pick() is not { Http: { } balancer } backend)
        {
            exchange.Respond(ProxyError.Of(ProxyErrorKind.FailFast));
            return;
        }

        request.Remove("l5d-dst-canonical"u8);
        if (backend.Authority is { } authority) request.Add("l5d-dst-canonical"u8, authority);
        balancer.Call(exchange);
    }

    public void OnResponse(HttpExchange exchange, HeaderBlock response)
    {
    }

    public void OnEnd(HttpExchange exchange)
    {
        stack.Runtime.OutboundInFlight.Exit();
        if (!exchange.Error.IsNone) stack.CountHttpError(exchange.Error.Kind);
    }
}
