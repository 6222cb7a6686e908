using Linkerd.Model;
using Linkerd.Net;

namespace Linkerd.Proxy.Connect;

/// <summary>Spaces reconnects: each <see cref="Start"/> waits longer than the one before, until <see cref="Reset"/>. Lives on one loop.</summary>
public sealed class Backoff
{
    private readonly ExponentialBackoff _settings;
    private readonly LoopTimer _timer;

    /// <summary>Makes a backoff that calls <paramref name="retry"/> with <paramref name="state"/> when a wait is over.</summary>
    public Backoff(EventLoop loop, ExponentialBackoff settings, Action<object?> retry, object? state)
    {
        _settings = settings;
        _timer = new LoopTimer(loop, retry, state);
    }

    /// <summary>Waits begun since the last success.</summary>
    public int Attempts { get; private set; }

    /// <summary>A retry is due later.</summary>
    public bool IsWaiting => _timer.IsRunning;

    /// <summary>Waits, then retries. Does nothing while a wait is running.</summary>
    public void Start()
    {
        if (IsWaiting) return;
        _timer.Start(_settings.Delay(Attempts++, Random.Shared.NextDouble()));
    }

    /// <summary>A connection succeeded: the next wait is the shortest again.</summary>
    public void Reset()
    {
        Attempts = 0;
        _timer.Stop();
    }

    /// <summary>Nobody wants the retry any more; the count stays.</summary>
    public void Stop() => _timer.Stop();
}
