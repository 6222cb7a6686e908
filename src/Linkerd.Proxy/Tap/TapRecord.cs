using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Stack;

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

    private TapRecord(TapWriter writer, uint stream, SocketAddress source, TapSubject subject, TapLabels? route, long began, TapRecord? next)
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

    public SocketAddress Source { get; }

    public TapSubject Subject { get; }

    public TapLabels? RouteLabels { get; }

    /// <summary>Tells the taps that want it of a request, whose head is as it will be sent.</summary>
    public static void Begin(TapWriter[] taps, HttpExchange exchange, TapSubject subject)
    {
        SocketAddress source = exchange.Peer.Accepted.Client.Unmap();
        TapLabels? route = subject.RouteLabels ?? exchange.RouteLabels;
        TapRecord? first = null;
        foreach (TapWriter tap in taps)
        {
            if (!tap.TryTake(exchange.Request, source, subject, route, out uint stream)) continue;
            // Labels of the subject's own route are among those of its destination.
            var record = new TapRecord(tap, stream, source, subject, exchange.RouteLabels, exchange.Worker.Loop.Now, first);
            if (!tap.Write(record, 1, exchange.Request, static (buffer, record, head) => TapEvents.Request(buffer, head, record._writer.Session.ExtractsHeaders)))
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
            _writer.Write(this, 2, response, static (buffer, record, head) =>
            {
                buffer.Duration(2, record._responded - record._began);
                buffer.Number(3, (ulong)head.Status);
                if (record._writer.Session.ExtractsHeaders) TapEvents.ResponseHeaders(buffer, 4, head);
            });
        }

        _next?.OnResponse(exchange, response);
    }

    /// <summary>The response's trailers have come.</summary>
    public void OnTrailers(HeaderBlock trailers)
    {
        if (_writer.Session.ExtractsHeaders) _trailers = Wire.ProtoBuffer.ToArray(buffer => TapEvents.Trailers(buffer, 6, trailers));
        _next?.OnTrailers(trailers);
    }

    /// <summary>It is over. Later calls do nothing.</summary>
    public void OnEnd(HttpExchange exchange)
    {
        if (!_ended)
        {
            _ended = true;
            long now = exchange.Worker.Loop.Now;
            _writer.Write(this, 3, exchange, (buffer, record, ended) =>
            {
                buffer.Duration(2, now - record._began);
                if (record._responded != 0) buffer.Duration(3, now - record._responded);
                buffer.Number(4, record._responded != 0 ? (ulong)ended.ResponseBytes : 0);
                int eos = buffer.Begin(5);
                if (!ended.Fault.IsNone) buffer.Choice(2, (ulong)ended.Fault.Code);
                else if (ended.GrpcStatus >= 0) buffer.Choice(1, (ulong)ended.GrpcStatus);
                buffer.End(eos);
                if (record._trailers is { } trailers) buffer.Raw(trailers);
            });
            _writer.Release();
        }

        _next?.OnEnd(exchange);
    }
}
