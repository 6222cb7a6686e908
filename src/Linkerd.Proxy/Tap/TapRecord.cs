using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Wire;

namespace Linkerd.Proxy.Tap;

/// <summary>One request, or one attempt of it, that a tap follows. Several taps of one request form a list. Its writer uses it again.</summary>
internal sealed class TapRecord(TapWriter writer)
{
    private long _began;
    private long _responded;
    private byte[]? _trailers;

    public uint Base => writer.Session.Base;

    public uint Stream { get; private set; }

    /// <summary>Field 1 of TapEvent.</summary>
    public byte[] Source { get; private set; } = [];

    public TapSubject Subject { get; private set; } = null!;

    /// <summary>Told as the route's; null for none.</summary>
    public TapLabels? RouteLabels { get; private set; }

    /// <summary>The next tap of the same request, or the next that is free.</summary>
    public TapRecord? Next { get; set; }

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
            TapRecord record = tap.Rent();
            record.Stream = stream;
            record.Source = peer.TapSource ??= Encode(source);
            record.Subject = subject;
            // Labels of the subject's own route are among those of its destination.
            record.RouteLabels = exchange.RouteLabels;
            record._began = exchange.Worker.Loop.Now;
            if (!tap.WriteRequest(record, exchange.Request))
            {
                tap.Return(record);
                continue;
            }

            record.Next = first;
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
            writer.WriteResponse(this, _responded - _began, response);
        }

        Next?.OnResponse(exchange, response);
    }

    /// <summary>The response's trailers have come.</summary>
    public void OnTrailers(HeaderBlock trailers)
    {
        if (writer.Session.ExtractsHeaders) _trailers = ProtoBuffer.ToArray(buffer => TapEvents.Trailers(buffer, 6, trailers));
        Next?.OnTrailers(trailers);
    }

    /// <summary>It is over, for all taps of the list, and nobody follows it any more.</summary>
    public void OnEnd(HttpExchange exchange)
    {
        exchange.Tap = null;
        long now = exchange.Worker.Loop.Now;
        for (TapRecord? record = this; record is not null;)
        {
            TapRecord? next = record.Next;
            record.End(exchange, now);
            record = next;
        }
    }

    private void End(HttpExchange exchange, long now)
    {
        writer.WriteEnd(this, now - _began, _responded == 0 ? -1 : now - _responded, exchange, _trailers);
        _responded = 0;
        _trailers = null;
        writer.Return(this);
    }

    private static byte[] Encode(SocketAddress source) => ProtoBuffer.ToArray(buffer => TapEvents.Address(buffer, 1, source));
}
