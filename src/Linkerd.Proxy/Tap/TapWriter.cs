using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Wire;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Tap;

/// <summary>
/// One tap on one worker: encodes events into a chunk, which goes to the control loop when it is full or 100 ms old, so that a worker wakes that
/// loop seldom. What the observer is too slow to take is dropped and counted.
/// </summary>
internal sealed class TapWriter
{
    // Both measured: benchmarks/results/2026-11-21-tap.md. Every hand-over costs a switch of threads and what that does to the caches.
    // Bytes as they are sent; the chunk itself has about a sixth of it.
    private const int ChunkSize = 512 * 1024;
    private const int RequestInit = 1;
    private const int ResponseInit = 2;
    private const int ResponseEnd = 3;
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(100);

    private readonly LoopTimer _timer;
    private readonly Cell _dropped;
    private TapRecord? _free;
    private TapChunk? _chunk;

    public TapWriter(TapSession session, EventLoop loop, Cell dropped)
    {
        Session = session;
        _dropped = dropped;
        _timer = new LoopTimer(loop, static self => ((TapWriter)self!).Flush(), this);
    }

    public TapSession Session { get; }

    /// <summary>The request is one that the tap wants, and takes one of its places.</summary>
    public bool TryTake(HeaderBlock request, SocketAddress source, TapSubject subject, TapLabels? route, out uint stream)
    {
        stream = 0;
        return !Session.IsFull && Session.Match.IsMatch(request, source, subject, route) && Session.TryTake(out stream);
    }

    /// <summary>A record for a request that has taken a place.</summary>
    public TapRecord Rent()
    {
        if (_free is not { } record) return new TapRecord(this);
        _free = record.Next;
        return record;
    }

    /// <summary>The request is over, or was dropped: its place is free, and its record is for another.</summary>
    public void Return(TapRecord record)
    {
        record.Next = _free;
        _free = record;
        Session.Release();
    }

    /// <summary>Tells of a request; false when it was dropped.</summary>
    public bool WriteRequest(TapRecord record, HeaderBlock head)
    {
        if (!HasRoom()) return false;
        ProtoBuffer buffer = Begin();
        (int Http, int Event) marks = TapEvents.Begin(buffer, record, RequestInit);
        TapEvents.Request(buffer, head, Session.ExtractsHeaders);
        End(record, marks);
        return true;
    }

    public void WriteResponse(TapRecord record, long sinceRequest, HeaderBlock head)
    {
        if (!HasRoom()) return;
        ProtoBuffer buffer = Begin();
        (int Http, int Event) marks = TapEvents.Begin(buffer, record, ResponseInit);
        buffer.Duration(2, sinceRequest);
        buffer.Number(3, (ulong)head.Status);
        if (Session.ExtractsHeaders) TapEvents.ResponseHeaders(buffer, 4, head);
        End(record, marks);
    }

    /// <param name="record">The request.</param>
    /// <param name="sinceRequest">Nanoseconds.</param>
    /// <param name="sinceResponse">Nanoseconds; negative when there was no response.</param>
    /// <param name="exchange">Says how it ended.</param>
    /// <param name="trailers">Encoded; null for none.</param>
    public void WriteEnd(TapRecord record, long sinceRequest, long sinceResponse, HttpExchange exchange, byte[]? trailers)
    {
        if (!HasRoom()) return;
        ProtoBuffer buffer = Begin();
        (int Http, int Event) marks = TapEvents.Begin(buffer, record, ResponseEnd);
        buffer.Duration(2, sinceRequest);
        if (sinceResponse >= 0)
        {
            buffer.Duration(3, sinceResponse);
            buffer.Number(4, (ulong)exchange.ResponseBytes);
        }

        int eos = buffer.Begin(5);
        if (!exchange.Fault.IsNone) buffer.Choice(2, (ulong)exchange.Fault.Code);
        else if (exchange.GrpcStatus >= 0) buffer.Choice(1, (ulong)exchange.GrpcStatus);
        buffer.End(eos);
        if (trailers is not null) buffer.Raw(trailers);
        End(record, marks);
    }

    /// <summary>Hands over what there is.</summary>
    public void Flush()
    {
        _timer.Stop();
        if (_chunk is not { } chunk) return;
        _chunk = null;
        Session.Send(chunk);
    }

    private bool HasRoom()
    {
        if (Session.IsClosed) return false;
        if (Session.Waiting + (_chunk?.Length ?? 0) <= TapSession.MaxWaiting) return true;
        _dropped.Increment();
        return false;
    }

    private ProtoBuffer Begin() => (_chunk ??= Session.TakeChunk()).Begin();

    private void End(TapRecord record, (int Http, int Event) marks)
    {
        TapChunk chunk = _chunk!;
        chunk.End(record, marks);
        if (chunk.Length >= ChunkSize) Flush();
        else if (!_timer.IsRunning) _timer.Start(s_delay);
    }
}
