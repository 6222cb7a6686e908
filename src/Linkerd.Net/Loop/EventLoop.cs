using System.Collections.Concurrent;
using System.Diagnostics;

namespace Linkerd.Net;

/// <summary>
/// One thread's event loop. Everything registered with a loop (transports, timers, deferred work) is used on its thread only;
/// <see cref="Post(Action{object?}, object?)"/> and <see cref="Stop"/> are the only thread-safe members.
/// A turn is: wait, I/O, posted work, timers, then deferred work (flushes) until none is left.
/// </summary>
public abstract class EventLoop : IDisposable
{
    [ThreadStatic]
    private static EventLoop? s_current;

    private readonly ConcurrentQueue<(Action<object?> Callback, object? State)> _posted = new();
    private readonly LoopSynchronizationContext _context;
    private DeferredQueue _deferred;
    private DeferredQueue _yielded;
    private Thread? _thread;
    private int _wakePending;
    private volatile bool _stopping;
    private bool _disposed;
    private long _lastTrim;

    protected EventLoop(EventLoopOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        RefreshNow();
        _lastTrim = Now;
        Timers = new TimerWheel(Now / 1_000_000);
        _context = new LoopSynchronizationContext(this);
    }

    /// <summary>The loop that runs on this thread, or null.</summary>
    public static EventLoop? Current => s_current;

    /// <summary>Raised on the loop when a callback throws. Without a subscriber the exception ends <see cref="Run"/>.</summary>
    public event Action<Exception>? UnhandledException;

    public string Name => Options.Name;

    /// <summary>Monotonic time in nanoseconds, read once per turn.</summary>
    public long Now { get; private set; }

    /// <summary>True on the loop's thread, or anywhere before <see cref="Run"/>.</summary>
    public bool IsOnLoop => _thread is null || _thread == Thread.CurrentThread;

    /// <summary>Turns taken so far.</summary>
    public long Turns { get; private set; }

    /// <summary>Buffers of this loop.</summary>
    public BufferPool Buffers { get; } = new();

    /// <summary>Resumes awaits on this loop; current while the loop runs.</summary>
    public SynchronizationContext SynchronizationContext => _context;

    internal TimerWheel Timers { get; }

    /// <summary>Who keeps memory between uses.</summary>
    internal WarmTable Warm { get; } = new();

    protected EventLoopOptions Options { get; }

    /// <summary>Makes the best loop that this kernel allows (today: epoll).</summary>
    public static EventLoop Create(EventLoopOptions? options = null) => new EpollEventLoop(options ?? new EventLoopOptions());

    /// <summary>Queues <paramref name="callback"/> to run on the loop. Thread-safe; order of one caller is kept.</summary>
    public void Post(Action<object?> callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        _posted.Enqueue((callback, state));
        if (s_current != this && Interlocked.Exchange(ref _wakePending, 1) == 0) Wake();
    }

    /// <inheritdoc cref="Post(Action{object?}, object?)"/>
    public void Post(Action callback) => Post(static state => ((Action)state!)(), callback);

    /// <summary>Runs <paramref name="work"/> once at the end of this turn, first come first served. Work deferred by deferred work still runs in this turn.</summary>
    public void Defer(IDeferred work)
    {
        Debug.Assert(IsOnLoop, "deferred from another thread");
        _deferred.Add(work);
    }

    /// <summary>Runs <paramref name="work"/> in the next turn, after other descriptors had theirs: what a busy connection does for fairness.</summary>
    public void Yield(IDeferred work)
    {
        Debug.Assert(IsOnLoop, "yielded from another thread");
        _yielded.Add(work);
    }

    /// <summary>Runs turns on the calling thread until <see cref="Stop"/>. What is still open then is closed with <see cref="TransportFaultKind.LoopStopped"/>.</summary>
    public void Run()
    {
        if (_thread is not null) throw new InvalidOperationException($"event loop {Name} is already running");
        _thread = Thread.CurrentThread;
        EventLoop? outer = s_current;
        SynchronizationContext? outerContext = SynchronizationContext.Current;
        s_current = this;
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            while (!_stopping) Turn();
            CloseAll();
            RunDeferred();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outerContext);
            s_current = outer;
            _thread = null;
        }
    }

    /// <summary>Ends <see cref="Run"/> after the current turn. Thread-safe.</summary>
    public void Stop()
    {
        _stopping = true;
        Wake();
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Watches a descriptor for reading, writing and hang-up, edge-triggered, until it is closed. Returns a key, never 0, for <see cref="Unregister"/>.</summary>
    internal abstract long Register(int fd, IReadiness target);

    /// <summary>Hands a registration over to another target.</summary>
    internal abstract void Retarget(long key, IReadiness target);

    /// <summary>Forgets the target; events already fetched for it are dropped. Call before closing the descriptor.</summary>
    internal abstract void Unregister(long key);

    /// <summary>Waits for at most <paramref name="timeoutMillis"/> (-1: no limit), then calls <see cref="RefreshNow"/> and dispatches what is ready.</summary>
    protected abstract void Poll(int timeoutMillis);

    /// <summary>Ends a wait, from any thread.</summary>
    protected abstract void Wake();

    /// <summary>Tells everything registered that the loop ends.</summary>
    protected abstract void CloseAll();

    protected virtual void Dispose(bool disposing)
    {
        if (disposing) Buffers.Dispose();
    }

    /// <summary>Reads the clock into <see cref="Now"/>.</summary>
    protected void RefreshNow() => Now = Stopwatch.Frequency == 1_000_000_000 ? Stopwatch.GetTimestamp() : (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>Reports an exception from a callback; true when someone took it.</summary>
    protected internal bool Report(Exception exception)
    {
        if (UnhandledException is not { } handler) return false;
        handler(exception);
        return true;
    }

    private void Turn()
    {
        int timeout = NextTimeout();
        Poll(timeout);
        Turns++;
        RunPosted();
        RunYielded();
        RunTimers();
        RunDeferred();
    }

    private int NextTimeout()
    {
        if (_yielded.Count > 0 || !_posted.IsEmpty) return 0;
        long idleTrim = (long)Options.IdleTrim.TotalMilliseconds;
        long timeout = Buffers.HasFree || Warm.Count > 0 ? Math.Max(1, idleTrim) : -1;
        long due = Timers.NextDue();
        if (due >= 0)
        {
            RefreshNow();
            long wait = Math.Max(0, due - (Now / 1_000_000));
            timeout = timeout < 0 ? wait : Math.Min(timeout, wait);
        }

        TrimWhenIdle(idleTrim);
        return (int)Math.Min(timeout, int.MaxValue);
    }

    private void TrimWhenIdle(long idleTrimMillis)
    {
        if (Now - _lastTrim < idleTrimMillis * 1_000_000) return;
        _lastTrim = Now;
        Warm.CoolDown();
        Buffers.Trim();
    }

    private void RunPosted()
    {
        // Cleared before draining: a post that comes in between wakes the next turn rather than getting lost.
        Volatile.Write(ref _wakePending, 0);
        Interlocked.MemoryBarrier();
        for (int budget = 4096; budget > 0 && _posted.TryDequeue(out (Action<object?> Callback, object? State) work); budget--)
        {
            try
            {
                work.Callback(work.State);
            }
            catch (Exception exception) when (Report(exception))
            {
            }
        }
    }

    private void RunTimers()
    {
        if (Timers.Count == 0) return;
        try
        {
            Timers.Advance(Now / 1_000_000);
        }
        catch (Exception exception) when (Report(exception))
        {
            // The timers after the one that threw are still filed and due: the next turn comes at once.
        }
    }

    private void RunYielded()
    {
        for (int count = _yielded.Count; count > 0; count--) RunOne(_yielded.Take());
    }

    private void RunDeferred()
    {
        while (_deferred.Count > 0) RunOne(_deferred.Take());
    }

    private void RunOne(IDeferred work)
    {
        try
        {
            work.RunDeferred();
        }
        catch (Exception exception) when (Report(exception))
        {
        }
    }
}
