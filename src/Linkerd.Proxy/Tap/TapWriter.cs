using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Wire;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Tap;

/// <summary>
/// One tap on one worker: encodes events into a chunk, which goes to the control loop when it is full or 20 ms old, so that a worker wakes that
/// loop seldom. What the observer is too slow to take is dropped and counted.
/// </summary>
internal sealed class TapWriter
{
    private const int ChunkSize = 32 * 1024;
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(20);

    // An event more than the chunk fits too.
    private readonly ProtoBuffer _chunk = new(2 * ChunkSize);
    private readonly LoopTimer _timer;
    private readonly Cell _dropped;

    public TapWriter(TapSession session, EventLoop loop, Cell dropped)
    {
        Session = session;
        _dropped = dropped;
        _timer = new LoopTimer(loop, static self => ((TapWriter)self!).Flush(), this);
    }

    /// <summary>Writes the fields of an event behind its id.</summary>
    public delegate void Fields<in T>(ProtoBuffer buffer, TapRecord record, T state);

    public TapSession Session { get; }

    /// <summary>The request is one that the tap wants, and takes one of its places.</summary>
    public bool TryTake(HeaderBlock request, SocketAddress source, TapSubject subject, TapLabels? route, out uint stream)
    {
        stream = 0;
        return !Session.IsFull && Session.Match.IsMatch(request, source, subject, route) && Session.TryTake(out stream);
    }

    /// <summary>A request that had taken a place is over.</summary>
    public void Release() => Session.Release();

    /// <summary>Appends an event; false when it was dropped.</summary>
    public bool Write<T>(TapRecord record, int kind, T state, Fields<T> fields)
    {
        if (Session.IsClosed) return false;
        if (Session.Waiting + _chunk.Length > TapSession.MaxWaiting)
        {
            _dropped.Increment();
            return false;
        }

        int frame = _chunk.BeginFrame();
        (int Http, int Event) marks = TapEvents.Begin(_chunk, record, kind);
        fields(_chunk, record, state);
        TapEvents.End(_chunk, marks);
        _chunk.EndFrame(frame);
        if (_chunk.Length >= ChunkSize) Flush();
        else if (!_timer.IsRunning) _timer.Start(s_delay);
        return true;
    }

    /// <summary>Hands over what there is.</summary>
    public void Flush()
    {
        _timer.Stop();
        if (_chunk.Length == 0) return;
        (byte[] bytes, int length) = _chunk.Detach();
        Session.Send(bytes, length);
    }
}
