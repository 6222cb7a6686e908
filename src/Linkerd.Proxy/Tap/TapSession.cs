using System.Buffers;
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
    private byte[]? _spare;
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

    /// <summary>Hands a chunk of framed events over. Any thread.</summary>
    public void Send(byte[] bytes, int length)
    {
        Interlocked.Add(ref _waiting, length);
        _control.Post(
            static state =>
            {
                (TapSession self, byte[] chunk, int count) = ((TapSession, byte[], int))state!;
                if (self._output is { } output) output.OnChunk(chunk.AsSpan(0, count));
                self.GiveSpare(chunk);
            },
            (this, bytes, length));
    }

    /// <summary>An array that was sent, to be written again; null for none. Any thread.</summary>
    public byte[]? TakeSpare() => Interlocked.Exchange(ref _spare, null);

    /// <summary>So many bytes are out. On the control loop.</summary>
    public void Sent(int count) => Interlocked.Add(ref _waiting, -count);

    /// <summary>The observer is gone: nothing more is sent. On the control loop.</summary>
    public void Close()
    {
        _closed = true;
        _full = true;
        _output = null;
        if (TakeSpare() is { } spare) ArrayPool<byte>.Shared.Return(spare);
    }

    // The shared pool keeps an array for the thread that gave it back, which is never the one that needs the next: each chunk was a new array of half a
    // megabyte, cleared by the runtime and soon collected.
    private void GiveSpare(byte[] bytes)
    {
        byte[]? before = _closed ? bytes : Interlocked.Exchange(ref _spare, bytes);
        if (before is not null) ArrayPool<byte>.Shared.Return(before);
    }
}
