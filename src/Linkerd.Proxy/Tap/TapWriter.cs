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
    private const int ChunkSize = 256 * 1024;
    private const int RequestInit = 1;
    private const int ResponseInit = 2;
    private const int ResponseEnd = 3;
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(100);

    private readonly ProtoBuffer _chunk = new();
    private readonly LoopTimer _timer;
    private readonly Cell _dropped;

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

    /// <summary>A request that had taken a place is over.</summary>
    public void Release() => Session.Release();

    /// <summary>Tells of a request; false when it was dropped.</summary>
    public bool WriteRequest(TapRecord record, HeaderBlock head)
    {
        if (!HasRoom()) return false;
        int frame = _chunk.BeginFrame();
        (int Http, int Event) marks = TapEvents.Begin(_chunk, record, RequestInit);
        TapEvents.Request(_chunk, head, Session.ExtractsHeaders);
        End(frame, marks);
        return true;
    }

    public void WriteResponse(TapRecord record, long sinceRequest, HeaderBlock head)
    {
        if (!HasRoom()) return;
        int frame = _chunk.BeginFrame();
        (int Http, int Event) marks = TapEvents.Begin(_chunk, record, ResponseInit);
        _chunk.Duration(2, sinceRequest);
        _chunk.Number(3, (ulong)head.Status);
        if (Session.ExtractsHeaders) TapEvents.ResponseHeaders(_chunk, 4, head);
        End(frame, marks);
    }

    /// <param name="record">The request.</param>
    /// <param name="sinceRequest">Nanoseconds.</param>
    /// <param name="sinceResponse">Nanoseconds; negative when there was no response.</param>
    /// <param name="exchange">Says how it ended.</param>
    /// <param name="trailers">Encoded; null for none.</param>
    public void WriteEnd(TapRecord record, long sinceRequest, long sinceResponse, HttpExchange exchange, byte[]? trailers)
    {
        if (!HasRoom()) return;
        int frame = _chunk.BeginFrame();
        (int Http, int Event) marks = TapEvents.Begin(_chunk, record, ResponseEnd);
        _chunk.Duration(2, sinceRequest);
        if (sinceResponse >= 0)
        {
            _chunk.Duration(3, sinceResponse);
            _chunk.Number(4, (ulong)exchange.ResponseBytes);
        }

        int eos = _chunk.Begin(5);
        if (!exchange.Fault.IsNone) _chunk.Choice(2, (ulong)exchange.Fault.Code);
        else if (exchange.GrpcStatus >= 0) _chunk.Choice(1, (ulong)exchange.GrpcStatus);
        _chunk.End(eos);
        if (trailers is not null) _chunk.Raw(trailers);
        End(frame, marks);
    }

    /// <summary>Hands over what there is.</summary>
    public void Flush()
    {
        _timer.Stop();
        if (_chunk.Length == 0) return;
        (byte[] bytes, int length) = _chunk.Detach();
        // The next one will be about as long.
        _chunk.Capacity = Math.Clamp(length + (length / 4), 4096, ChunkSize + 8192);
        Session.Send(bytes, length);
    }

    private bool HasRoom()
    {
        if (Session.IsClosed) return false;
        if (Session.Waiting + _chunk.Length <= TapSession.MaxWaiting)
        {
            if (!_chunk.HasArray && Session.TakeSpare() is { } spare) _chunk.Attach(spare);
            return true;
        }

        _dropped.Increment();
        return false;
    }

    private void End(int frame, (int Http, int Event) marks)
    {
        TapEvents.End(_chunk, marks);
        _chunk.EndFrame(frame);
        if (_chunk.Length >= ChunkSize) Flush();
        else if (!_timer.IsRunning) _timer.Start(s_delay);
    }
}
