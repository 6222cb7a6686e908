using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Wire;

namespace Linkerd.Proxy.Tap;

/// <summary>One request, or one attempt of it, that a tap follows. Several taps of one request form a list.</summary>
internal sealed class TapRecord
{
    private readonly TapWriter _writer;
    private readonly TapRecord? _next;
    private readonly long _began;
    private long _responded;
    private byte[]? _trailers;
    private bool _ended;

    private TapRecord(TapWriter writer, uint stream, byte[] source, TapSubject subject, TapLabels? route, long began, TapRecord? next)
    {
        _writer = writer;
        _next = next;
        _began = began;
        Stream = stream;
        Source = source;
        Subject = subject;
        RouteLabels = route;
    }

    public uint Base => _writer.Session.Base;

    public uint Stream { get; }

    /// <summary>Field 1 of TapEvent.</summary>
    public byte[] Source { get; }

    public TapSubject Subject { get; }

    /// <summary>Told as the route's; null for none.</summary>
    public TapLabels? RouteLabels { get; }

    /// <summary>Tells the taps that want it of a request, whose head is as it will be sent.</summary>
    public static void Begin(TapWriter[] taps, HttpExchange exchange, TapSubject subject)
    {
        HttpPeer peer = exchange.Peer;
        SocketAddress source = peer.Accepted.Client.Unmap();
        TapLabels? route = subject.RouteLabels ?? exchange.RouteLabels;
        TapRecord? first = null;
        foreach (TapWriter tap in taps)
        {
            if (!tap.TryTake(exchange.Request, source, subject, route, out uint stream)) continue;
            byte[] encoded = peer.TapSource ??= Encode(source);
            // Labels of the subject's own route are among those of its destination.
            var record = new TapRecord(tap, stream, encoded, subject, exchange.RouteLabels, exchange.Worker.Loop.Now, first);
            if (!tap.WriteRequest(record, exchange.Request))
            {
                tap.Release();
                continue;
            }

            first = record;
        }

        exchange.Tap = first;
    }

    /// <summary>The response's head has come, or the proxy answers itself.</summary>
    public void OnResponse(HttpExchange exchange, HeaderBlock response)
    {
        if (response.Status >= 200 && _responded == 0)
        {
            _responded = exchange.Worker.Loop.Now;
            _writer.WriteResponse(this, _responded - _began, response);
        }

        _next?.OnResponse(exchange, response);
    }

    /// <summary>The response's trailers have come.</summary>
    public void OnTrailers(HeaderBlock trailers)
    {
        if (_writer.Session.ExtractsHeaders) _trailers = ProtoBuffer.ToArray(buffer => TapEvents.Trailers(buffer, 6, trailers));
        _next?.OnTrailers(trailers);
    }

    /// <summary>It is over. Later calls do nothing.</summary>
    public void OnEnd(HttpExchange exchange)
    {
        if (!_ended)
        {
            _ended = true;
            long now = exchange.Worker.Loop.Now;
            _writer.WriteEnd(this, now - _began, _responded == 0 ? -1 : now - _responded, exchange, _trailers);
            _writer.Release();
        }

        _next?.OnEnd(exchange);
    }

    private static byte[] Encode(SocketAddress source) => ProtoBuffer.ToArray(buffer => TapEvents.Address(buffer, 1, source));
}
