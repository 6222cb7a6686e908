using System.Text;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Discovery;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Outbound;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Inbound;

/// <summary>
/// Requests of one gateway connection, after the port's policy allowed them: refuses loops, says who handed the request on, and sends it
/// on as if the application beside the proxy had.
/// </summary>
internal sealed class GatewayHttp : IHttpService
{
    private readonly OutboundStack _outbound;
    private readonly OutboundDestination _destination;
    private readonly bool _isServed;
    private readonly bool _isOwnClient;
    private readonly byte[] _localId;
    private readonly byte[] _authority;
    private readonly byte[] _forwarded;
    private OutboundTarget? _target;

    /// <param name="outbound">The side that requests go on by.</param>
    /// <param name="local">Own identity.</param>
    /// <param name="client">The peer's identity.</param>
    /// <param name="name">Where the peer wants to go.</param>
    /// <param name="isServed">This proxy is a gateway for that name.</param>
    public GatewayHttp(OutboundStack outbound, PeerIdentity local, PeerIdentity client, HostPort name, bool isServed)
    {
        _outbound = outbound;
        _destination = OutboundDestination.Named(name);
        _isServed = isServed;
        _isOwnClient = client == local;
        string authority = name.Port == 80 ? name.Host : name.ToString();
        _localId = Encoding.ASCII.GetBytes(local.Name);
        _authority = Encoding.ASCII.GetBytes(authority);
        _forwarded = Encoding.ASCII.GetBytes($"by={local};for={client};host={authority};proto=https");
    }

    public void Call(HttpExchange exchange)
    {
        HeaderBlock request = exchange.Request;
        if (!_isServed)
        {
            exchange.Respond(ProxyError.Of(ProxyErrorKind.GatewayDomainInvalid));
            return;
        }

        if (_isOwnClient || WasHere(request))
        {
            exchange.Respond(ProxyError.Of(ProxyErrorKind.GatewayLoop));
            return;
        }

        if (_target is not { IsClosed: false }) _target = _outbound.TryTargetFor(_destination);
        if (_target is not { } target)
        {
            exchange.Respond(ProxyError.Of(ProxyErrorKind.LoadShed));
            return;
        }

        request.Add("forwarded"u8, _forwarded);
        // Who the client is, is for an application to know; the next proxy says who its own client is.
        request.Remove(KnownHeader.L5dClientId);
        Restore(request);
        target.Call(exchange, request.Protocol == HttpProtocol.Http2 ? DetectedProtocol.Http2 : DetectedProtocol.Http1);
    }

    private bool WasHere(HeaderBlock request)
    {
        for (int i = 0; i < request.Count; i++)
        {
            HeaderField field = request[i];
            if (field.Name.SequenceEqual("forwarded"u8) && ForwardedHeader.IsBy(field.Value, _localId)) return true;
        }

        return false;
    }

    /// <summary>What the client's application spoke as HTTP/1 goes on as HTTP/1, which the outbound side may upgrade again.</summary>
    private void Restore(HeaderBlock request)
    {
        if (request.TryGet(KnownHeader.L5dOrigProto, out ReadOnlySpan<byte> original))
        {
            request.Protocol = original.StartsWith("HTTP/1.0"u8) ? HttpProtocol.Http10 : HttpProtocol.Http11;
            request.IsAbsoluteForm = original.EndsWith("; absolute-form"u8);
            request.Remove(KnownHeader.L5dOrigProto);
        }

        if (request.Protocol != HttpProtocol.Http2) request.SetAuthority(_authority);
    }
}
