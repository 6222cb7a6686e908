using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Outbound;

/// <summary>Requests to one destination in one version: limit, then route.</summary>
internal sealed class OutboundHttp(OutboundStack stack, OutboundTarget target) : IHttpService
{
    /// <summary>Replaced whole by every snapshot; a request sees one.</summary>
    public OutboundRoutes Routes { get; set; } = new();

    public void Call(HttpExchange exchange)
    {
        if (!stack.Runtime.OutboundInFlight.TryEnter(stack.Worker.Index))
        {
            stack.CountHttpError(ProxyErrorKind.LoadShed);
            exchange.Respond(ProxyError.Of(ProxyErrorKind.LoadShed));
            return;
        }

        stack.Calls.Rent().Begin(exchange, target, Routes);
    }
}
