using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Outbound;

/// <summary>Requests to a destination of which nothing is known yet, on one loop, in their order.</summary>
internal sealed class DiscoveryQueue(OutboundStack stack, OutboundTarget target, QueuePlaces places) : IWaiting
{
    private readonly LinkedList<(HttpExchange Exchange, DetectedProtocol Protocol)> _waiting = new();

    /// <summary>Lets a request wait; it is shed when too many do.</summary>
    public void Add(HttpExchange exchange, DetectedProtocol protocol)
    {
        if (!places.TryTake(stack.Runtime.Config.Outbound.HttpQueue.Capacity))
        {
            stack.CountHttpError(ProxyErrorKind.LoadShed);
            exchange.Respond(ProxyError.Of(ProxyErrorKind.LoadShed));
            return;
        }

        exchange.Waiting = this;
        target.Use();
        _waiting.AddLast((exchange, protocol));
    }

    /// <summary>Something is known: all go on.</summary>
    public void Release()
    {
        while (_waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            (HttpExchange exchange, DetectedProtocol protocol) = first.Value;
            exchange.Waiting = null;
            places.Release();
            target.Http(protocol).Call(exchange);
            target.Unuse();
        }
    }

    public void OnAbandoned(HttpExchange exchange)
    {
        for (LinkedListNode<(HttpExchange Exchange, DetectedProtocol Protocol)>? node = _waiting.First; node is not null; node = node.Next)
        {
            if (node.Value.Exchange != exchange) continue;
            _waiting.Remove(node);
            places.Release();
            target.Unuse();
            return;
        }
    }
}
