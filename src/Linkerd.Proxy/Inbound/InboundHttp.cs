using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Http;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Tap;

namespace Linkerd.Proxy.Inbound;

/// <summary>Requests of one inbound connection: decide by policy, say who the client is, hand to the application.</summary>
internal sealed class InboundHttp : IHttpService, IExchangeObserver
{
    private readonly InboundStack _stack;
    private readonly InboundPort _port;
    private readonly SocketAddress _target;
    private readonly byte[]? _clientId;
    private readonly InboundGate _gate;
    private readonly IHttpService? _next;

    // The port keeps its clients for as long as a connection uses it.
    private HttpClient? _http1;
    private HttpClient? _http2;

    // What is allowed goes to next; without one, to the application.
    public InboundHttp(InboundStack stack, InboundPort port, HttpPeer peer, SocketAddress target, IHttpService? next = null)
    {
        _next = next;
        _stack = stack;
        _port = port;
        _target = target;
        _clientId = HeaderHygiene.ClientId(peer.Tls.Client);
        _gate = new InboundGate(stack.Runtime.Metrics, stack.Worker.Index, stack.PolicyLog, port.Port, peer, this) { Authorities = port.Authorities };
    }

    public void Call(HttpExchange exchange)
    {
        if (!_stack.Runtime.InboundInFlight.TryEnter(_stack.Worker.Index))
        {
            _stack.CountHttpError(ProxyErrorKind.LoadShed);
            exchange.Respond(ProxyError.Of(ProxyErrorKind.LoadShed));
            return;
        }

        Worker worker = _stack.Worker;
        if (worker.AccessLog is { } log) exchange.Logged = log.Begin(exchange);
        if (worker.Tracer is { } tracer) exchange.Span = tracer.Begin(exchange, Direction.Inbound);
        HeaderBlock request = exchange.Request;
        if (_gate.Pass(_port.Current, request, exchange.StartedAt, out ProxyError refusal) is not { } permit)
        {
            exchange.Observer = this;
            exchange.Respond(refusal);
            return;
        }

        permit.OnForward(exchange);
        if (_next is { } next)
        {
            next.Call(exchange);
            return;
        }

        if (_stack.Profiles.Find(request)?.Match(request) is { } route) route.OnForward(exchange);

        // Whatever the client claims to be is removed; only the identity that TLS proved is passed on.
        request.Remove(KnownHeader.L5dClientId);
        if (_clientId is not null) request.Add(KnownHeader.L5dClientId, _clientId);
        if (worker.Taps is { } taps) TapRecord.Begin(taps, exchange, permit.TapSubject(_target));
        exchange.Logged?.OnForwarded();
        exchange.Forward(ClientFor(ProtocolFor(request)), attempt: null);
    }

    public void OnResponse(HttpExchange exchange, HeaderBlock response) => exchange.Logged?.OnResponse(response);

    public void OnEnd(HttpExchange exchange)
    {
        if (exchange.Logged is { } logged) _stack.Worker.AccessLog!.End(logged);
        exchange.Span?.End(exchange);
        _stack.OnExchangeEnd(exchange);
    }

    private HttpClient ClientFor(HttpProtocol protocol) => protocol == HttpProtocol.Http2
        ? _http2 ??= _port.ClientFor(_target, HttpProtocol.Http2)
        : _http1 ??= _port.ClientFor(_target, HttpProtocol.Http11);

    private static HttpProtocol ProtocolFor(HeaderBlock request)
    {
        if (request.Protocol != HttpProtocol.Http2) return HttpProtocol.Http11;
        return request.TryGet(KnownHeader.L5dOrigProto, out ReadOnlySpan<byte> original) && original.StartsWith("HTTP/1"u8) ? HttpProtocol.Http11 : HttpProtocol.Http2;
    }
}
