namespace Linkerd.Net;

/// <summary>
/// A one-shot timer of one event loop; its own node on the wheel, so starting and stopping allocate nothing.
/// Restarting a running timer with a later deadline costs one store. Not thread-safe: use it on its loop only.
/// </summary>
public sealed class LoopTimer
{
    private readonly EventLoop _loop;
    private readonly Action<object?> _callback;
    private readonly object? _state;

    /// <summary>Makes a stopped timer that calls <paramref name="callback"/> with <paramref name="state"/> on <paramref name="loop"/>.</summary>
    public LoopTimer(EventLoop loop, Action<object?> callback, object? state)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(callback);
        _loop = loop;
        _callback = callback;
        _state = state;
    }

    /// <summary>Started and not yet fired or stopped.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>When it is due, in the wheel's milliseconds.</summary>
    internal long Deadline { get; private set; }

    /// <summary>Where it is filed on the wheel; never later than <see cref="Deadline"/>.</summary>
    internal long FiledAt { get; set; }

    internal int Slot { get; set; } = -1;

    internal LoopTimer? Next { get; set; }

    internal LoopTimer? Previous { get; set; }

    /// <summary>Starts or restarts: fires once, not before <paramref name="delay"/> (counted from the loop's cached time) has passed. At least 1 ms.</summary>
    public void Start(TimeSpan delay) => StartAt(_loop.Now + Math.Max(0, (long)(delay.TotalMilliseconds * 1_000_000)));

    /// <summary>Starts or restarts for a deadline in <see cref="EventLoop.Now"/> nanoseconds.</summary>
    public void StartAt(long deadline)
    {
        Deadline = (deadline + 999_999) / 1_000_000;
        IsRunning = true;
        _loop.Timers.Schedule(this);
    }

    /// <summary>Stops it; harmless when it is not running.</summary>
    public void Stop()
    {
        if (!IsRunning) return;
        IsRunning = false;
        _loop.Timers.Remove(this);
    }

    /// <summary>Sets the deadline without filing; for whoever drives a wheel directly.</summary>
    internal void SetDeadline(long millis) => Deadline = millis;

    internal void Fire()
    {
        IsRunning = false;
        _callback(_state);
    }
}
