namespace Linkerd.Http;

/// <summary>
/// What the sessions of one loop share: pools of header blocks, buffers and streams, the clock, the counters. Not thread-safe;
/// pools keep what was needed at once, up to a bound, and <see cref="Trim"/> lets go of it.
/// </summary>
public sealed class HttpResources
{
    private const int MaxPooled = 4096;

    private readonly Func<long> _clock;
    private Pool<HeaderBlock> _heads = new(MaxPooled);
    private Pool<Http2Stream> _streams = new(MaxPooled);
    private readonly List<HttpSession> _timed = [];
    private int _checkInterval = int.MaxValue;
    private Segment? _segments;
    private int _segmentCount;

    /// <param name="clock">Monotonic milliseconds; the system's when null. A loop gives its cached time.</param>
    public HttpResources(Func<long>? clock = null) => _clock = clock ?? (static () => Environment.TickCount64);

    /// <summary>Monotonic time in milliseconds.</summary>
    public long Now => _clock();

    /// <summary>What peers made the sessions refuse.</summary>
    public HttpCounters Counters { get; } = new();

    /// <summary>
    /// Told on the loop when <see cref="CheckTimes"/> is to be called: in so many milliseconds, or sooner than it was to be.
    /// Without it no time limit works.
    /// </summary>
    public Action<int>? CheckWanted { get; set; }

    /// <summary>
    /// Body bytes are held in their streams while more than this many bytes wait in an output. Bytes; default 256 KiB; at least 16 KiB.
    /// </summary>
    public int OutputHighWatermark
    {
        get;
        set => field = Bounds.Check(value, 16 * 1024, 64 * 1024 * 1024);
    } = 256 * 1024;

    /// <summary>Heads of HTTP/1 that repeat.</summary>
    internal Http1HeadMemo Heads1 { get; } = new();

    /// <summary>Working memory for one header block at a time; grows to the largest limit in use.</summary>
    internal byte[] Scratch { get; private set; } = new byte[1024];

    /// <summary>Takes an empty block; its owner gives it back with <see cref="Return(HeaderBlock)"/>.</summary>
    public HeaderBlock RentHead() => _heads.Take() ?? new HeaderBlock();

    /// <summary>Gives a block back. It must not be touched afterwards.</summary>
    public void Return(HeaderBlock head)
    {
        ArgumentNullException.ThrowIfNull(head);
        head.Clear();
        if (head.TrimCapacity()) _heads.Give(head);
    }

    /// <summary>Lets go of everything pooled. A loop calls it when it has been idle.</summary>
    public void Trim()
    {
        _heads.Clear();
        Heads1.Clear();
        _streams.Clear();
        _segments = null;
        _segmentCount = 0;
        Scratch = new byte[1024];
    }

    /// <summary>
    /// Ends what took longer than its limit on any session. Returns the milliseconds until it is to be called again; -1 when
    /// nothing is under way that has a limit.
    /// </summary>
    public int CheckTimes()
    {
        for (int i = _timed.Count - 1; i >= 0; i--)
        {
            // Ending one session can end others, and so shorten the list.
            if (i >= _timed.Count) continue;
            HttpSession session = _timed[i];
            session.CheckTime();
            if (session.TimedIndex >= 0 && !session.IsTimed) Unwatch(session);
        }

        if (_timed.Count > 0) return _checkInterval;
        _checkInterval = int.MaxValue;
        return -1;
    }

    internal void Watch(HttpSession session)
    {
        session.TimedIndex = _timed.Count;
        _timed.Add(session);
        if (session.CheckInterval >= _checkInterval) return;
        _checkInterval = session.CheckInterval;
        CheckWanted?.Invoke(_checkInterval);
    }

    internal void Unwatch(HttpSession session)
    {
        HttpSession last = _timed[^1];
        _timed[session.TimedIndex] = last;
        last.TimedIndex = session.TimedIndex;
        _timed.RemoveAt(_timed.Count - 1);
        session.TimedIndex = -1;
    }

    internal byte[] GrowScratch(int size)
    {
        if (Scratch.Length < size) Scratch = new byte[Math.Max(size, Scratch.Length * 2)];
        return Scratch;
    }

    internal Http2Stream RentStream() => _streams.Take() ?? new Http2Stream();

    internal void Return(Http2Stream stream) => _streams.Give(stream);

    internal Segment RentSegment()
    {
        if (_segments is not { } segment) return new Segment();
        _segments = segment.Next;
        _segmentCount--;
        segment.Next = null;
        return segment;
    }

    internal void Return(Segment segment)
    {
        if (_segmentCount >= MaxPooled / 16) return;
        segment.Start = segment.End = 0;
        segment.Next = _segments;
        _segments = segment;
        _segmentCount++;
    }
}
