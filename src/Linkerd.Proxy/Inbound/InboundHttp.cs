using System.Net;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Authorize;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Inbound;

/// <summary>Requests of one inbound connection: route, authorise, say who the client is, hand to the application.</summary>
internal sealed class InboundHttp : IHttpService
{
    private readonly InboundStack _stack;
    private readonly InboundPort _port;
    private readonly HttpPeer _peer;
    private readonly SocketAddress _target;
    private readonly IPAddress _client;
    private readonly byte[]? _clientId;
    private readonly List<InboundPermit> _permits = [];
    private readonly EarlyEnd _early;

    public InboundHttp(InboundStack stack, InboundPort port, HttpPeer peer, SocketAddress target)
    {
        _stack = stack;
        _port = port;
        _peer = peer;
        _target = target;
        _client = peer.Accepted.Client.Unmap().ToIPAddress();
        _clientId = peer.Tls.Client is { } identity ? System.Text.Encoding.ASCII.GetBytes(identity.Name) : null;
        _early = new EarlyEnd(stack);
    }

    public void Call(HttpExchange exchange)
    {
        exchange.Observer = _early;
        if (!_stack.Runtime.InboundInFlight.TryEnter())
        {
            exchange.Observer = null;
            _stack.CountHttpError(ProxyErrorKind.LoadShed);
            exchange.Respond(ProxyError.Of(ProxyErrorKind.LoadShed));
            return;
        }

        HeaderBlock request = exchange.Request;
        if (_port.Routes.Find(request) is not { } route)
        {
            exchange.Respond(ProxyError.Of(ProxyErrorKind.RouteNotFound));
            return;
        }

        InboundPermit permit = PermitFor(route);
        exchange.Observer = permit;
        permit.OnRequest();
        if (!permit.IsAllowed)
        {
            exchange.Respond(ProxyError.Of(ProxyErrorKind.Unauthorized));
            return;
        }

        // Whatever the client claims to be is removed; only the identity that TLS proved is passed on.
        request.Remove("l5d-client-id"u8);
        if (_clientId is not null) request.Add("l5d-client-id"u8, _clientId);
        exchange.Forward(_port.ClientFor(_target, ProtocolFor(request)), attempt: null);
    }

    private static HttpProtocol ProtocolFor(HeaderBlock request)
    {
        if (request.Protocol != HttpProtocol.Http2) return HttpProtocol.Http11;
        return request.TryGet("l5d-orig-proto"u8, out ReadOnlySpan<byte> original) && original.StartsWith("HTTP/1"u8) ? HttpProtocol.Http11 : HttpProtocol.Http2;
    }

    private InboundPermit PermitFor(InboundRoute route)
    {
        ServerPolicy policy = _port.Policy;
        for (int i = 0; i < _permits.Count; i++)
        {
            InboundPermit known = _permits[i];
            if (known.Policy == policy && known.Route == route) return known;
        }

        return Decide(policy, route);
    }

    // Apart from the search above, whose every call would else pay for the closure.
    private InboundPermit Decide(ServerPolicy policy, InboundRoute route)
    {
        // A new policy makes the old decisions worthless.
        _permits.RemoveAll(p => p.Policy != policy);
        var made = new InboundPermit(_stack, _port, policy, route, Authorizer.Check(policy, route.Authorizations, _client, _peer.Tls), _peer);
        _permits.Add(made);
        return made;
    }

    private sealed class EarlyEnd(InboundStack stack) : IExchangeObserver
    {
        public void OnResponse(HttpExchange exchange, HeaderBlock response)
        {
        }

        public void OnEnd(HttpExchange exchange) => stack.OnExchangeEnd(exchange);
    }
}
