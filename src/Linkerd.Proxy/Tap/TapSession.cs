using Linkerd.Net;

namespace Linkerd.Proxy.Tap;

/// <summary>One Observe call: what it wants, how many requests it may still have, and the way of its events to the control loop.</summary>
internal sealed class TapSession
{
    /// <summary>Bytes of events that wait for a slow observer at most; more are dropped.</summary>
    public const int MaxWaiting = 1024 * 1024;

    private readonly EventLoop _control;
    private readonly uint _limit;
    private ITapOutput? _output;
    private TapChunk? _spare;
    private long _waiting;
    private uint _taken;
    private int _open;
    private volatile bool _full;
    private volatile bool _closed;
    private int _completing;

    public TapSession(EventLoop control, uint @base, uint limit, TapMatch match, bool extractsHeaders, ITapOutput output)
    {
        _control = control;
        _limit = limit;
        _output = output;
        Base = @base;
        Match = match;
        ExtractsHeaders = extractsHeaders;
    }

    /// <summary>Tells events of this call from those of others.</summary>
    public uint Base { get; }

    public TapMatch Match { get; }

    public bool ExtractsHeaders { get; }

    /// <summary>It has had as many requests as it wanted.</summary>
    public bool IsFull => _full;

    /// <summary>The observer is gone.</summary>
    public bool IsClosed => _closed;

    /// <summary>Bytes handed over and not sent yet. Any thread.</summary>
    public long Waiting => Volatile.Read(ref _waiting);

    /// <summary>Takes one of the requests; exact over all workers.</summary>
    public bool TryTake(out uint stream)
    {
        // Counted as open first, so that the last one cannot be missed by whoever ends.
        Interlocked.Increment(ref _open);
        stream = Interlocked.Increment(ref _taken) - 1;
        if (stream < _limit)
        {
            if (stream == _limit - 1) _full = true;
            return true;
        }

        Interlocked.Decrement(ref _taken);
        _full = true;
        Release();
        return false;
    }

    /// <summary>A request that was taken is over; the last one of a full tap completes it.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _open) != 0 || !_full || Interlocked.Exchange(ref _completing, 1) != 0) return;
        _control.Post(static state => ((TapSession)state!)._output?.OnCompleted(), this);
    }

    /// <summary>Hands a chunk over. Any thread.</summary>
    public void Send(TapChunk chunk)
    {
        Interlocked.Add(ref _waiting, chunk.Length);
        _control.Post(
            static state =>
            {
                (TapSession self, TapChunk sent) = ((TapSession, TapChunk))state!;
                self._output?.OnChunk(sent);
                self.GiveSpare(sent);
            },
            (this, chunk));
    }

    /// <summary>An empty chunk, one that was sent before if there is one. Any thread.</summary>
    public TapChunk TakeChunk() => Interlocked.Exchange(ref _spare, null) ?? new TapChunk();

    /// <summary>So many bytes are out. On the control loop.</summary>
    public void Sent(int count) => Interlocked.Add(ref _waiting, -count);

    /// <summary>The observer is gone: nothing more is sent. On the control loop.</summary>
    public void Close()
    {
        _closed = true;
        _full = true;
        _output = null;
        Interlocked.Exchange(ref _spare, null)?.Release();
    }

    private void GiveSpare(TapChunk chunk)
    {
        chunk.Clear();
        TapChunk? before = _closed ? chunk : Interlocked.Exchange(ref _spare, chunk);
        before?.Release();
    }
}
