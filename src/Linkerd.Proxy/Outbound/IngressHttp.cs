using System.Text;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Discovery;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Outbound;

/// <summary>
/// Requests of one connection in ingress mode: each goes to the service that its <c>l5d-dst-override</c> names, or where the connection
/// was sent to when it names none.
/// </summary>
internal sealed class IngressHttp(OutboundStack stack, OutboundTarget original) : IHttpService
{
    private const int DefaultPort = 80;

    private readonly byte[] _lastName = new byte[TransportHeaderCodec.MaxName + ":65535".Length];
    private int _lastLength = -1;
    private OutboundTarget? _last;

    public void Call(HttpExchange exchange)
    {
        HeaderBlock request = exchange.Request;
        OutboundTarget target = original;
        if (request.TryGet("l5d-dst-override"u8, out ReadOnlySpan<byte> name))
        {
            ProxyError error = Find(name, out OutboundTarget? named);
            if (named is null)
            {
                stack.CountHttpError(error.Kind);
                exchange.Respond(error);
                return;
            }

            target = named;
            request.Remove("l5d-dst-override"u8);
        }

        target.Call(exchange, request.Protocol == HttpProtocol.Http2 ? DetectedProtocol.Http2 : DetectedProtocol.Http1);
    }

    // An ingress sends runs of requests for one service: its name is compared before it is parsed.
    private ProxyError Find(ReadOnlySpan<byte> name, out OutboundTarget? target)
    {
        target = _last;
        if (target is { IsClosed: false } && name.SequenceEqual(_lastName.AsSpan(0, _lastLength))) return default;
        target = null;
        if (name.IsEmpty || name.Length > _lastName.Length || name.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E)
            || !HostPort.TryParse(Encoding.ASCII.GetString(name), out HostPort parsed, DefaultPort))
            return new ProxyError(ProxyErrorKind.BadRequest, "l5d-dst-override is not a host name with an optional port");
        OutboundDestination destination = SocketAddress.TryParseIp(parsed.Host, parsed.Port, out SocketAddress address)
            ? OutboundDestination.At(address)
            : OutboundDestination.Named(parsed);
        if (stack.TryTargetFor(destination) is not { } found) return ProxyError.Of(ProxyErrorKind.LoadShed);
        name.CopyTo(_lastName);
        _lastLength = name.Length;
        target = _last = found;
        return default;
    }
}
