using System.Net;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Balance;

/// <summary>
/// Takes an endpoint out for its failures, on all workers at once: they share it. Success costs an endpoint in order a read and, where a rate is
/// watched, a count in the worker's own bucket.
/// </summary>
/// <remarks>
/// <code>
/// open       serves                        failures in a row, or success rate below its threshold → shut
/// shut       waits for its backoff         time → probation
/// probation  takes one request             that request is sent → probing
/// probing    waits for its end             success → open; failure → shut for longer; abandoned → probation
/// </code>
/// </remarks>
public sealed class Breaker
{
    /// <summary>The longest that a server's own word, such as <c>retry-after</c>, keeps it shut.</summary>
    public static readonly TimeSpan MaxHint = TimeSpan.FromSeconds(300);

    private const int Open = 0;
    private const int Shut = 1;
    private const int Probation = 2;
    private const int Probing = 3;

    private readonly BackendShare _share;
    private readonly FailureAccrual _policy;
    private readonly BucketWindow? _window;
    private readonly int _maxInRow;
    private readonly List<(EventLoop Loop, Action Changed)> _listeners = [];
    private volatile int _state;
    private int _failures;
    private int _shutTimes;
    private long _shutUntil;

    internal Breaker(BackendShare share, FailureAccrual policy, int workers)
    {
        _share = share;
        _policy = policy;
        _maxInRow = policy switch
        {
            FailureAccrual.Consecutive consecutive => Math.Max(1, consecutive.MaxFailures),
            FailureAccrual.Unified { MaxConsecutiveFailures: > 0 } unified => unified.MaxConsecutiveFailures,
            _ => int.MaxValue,
        };
        if (policy is FailureAccrual.Unified rate) _window = new BucketWindow(workers, rate.Decay);
    }

    /// <summary>Requests may be sent.</summary>
    public bool IsOpen => _state is Open or Probation;

    /// <summary>It waits.</summary>
    public bool IsShut => _state == Shut;

    /// <summary>When probation may begin, in the loops' nanoseconds.</summary>
    public long ShutUntil => Volatile.Read(ref _shutUntil);

    /// <summary>Takes it out of its backend, as far as the floor counts it.</summary>
    internal bool CountsAsEjected => _state != Open;

    /// <summary>Calls <paramref name="changed"/> on <paramref name="loop"/> whenever the state changes: at once when this is that loop.</summary>
    public void Join(EventLoop loop, Action changed)
    {
        lock (_listeners) _listeners.Add((loop, changed));
    }

    /// <summary>Ends <see cref="Join"/>.</summary>
    public void Leave(Action changed)
    {
        lock (_listeners) _listeners.RemoveAll(l => l.Changed == changed);
    }

    /// <summary>A request is to be sent. False when it may not; on probation one may, and is the probe.</summary>
    public bool TryAdmit(out bool isProbe)
    {
        isProbe = false;
        if (_state == Open) return true;
        if (Interlocked.CompareExchange(ref _state, Probing, Probation) != Probation) return false;
        isProbe = true;
        Tell();
        return true;
    }

    /// <summary>A request ended.</summary>
    /// <param name="worker">The worker's index.</param>
    /// <param name="now">The loop's nanoseconds.</param>
    /// <param name="outcome">What it says.</param>
    /// <param name="isProbe">It was the probe.</param>
    /// <param name="hint">How long the server itself wants to be left alone; zero for no word.</param>
    /// <param name="othersReady">Other endpoints that this worker could use instead.</param>
    public void OnEnd(int worker, long now, Outcome outcome, bool isProbe, TimeSpan hint, int othersReady)
    {
        if (isProbe)
        {
            OnProbeEnd(now, outcome, hint);
            return;
        }

        // What was sent before it was shut says nothing new.
        if (_state != Open || outcome == Outcome.Abandoned) return;
        _window?.Add(worker, now, 1, outcome == Outcome.Success ? 0 : 1);
        if (outcome == Outcome.Success)
        {
            if (Volatile.Read(ref _failures) != 0) Volatile.Write(ref _failures, 0);
            return;
        }

        int inRow = outcome == Outcome.Failure ? Interlocked.Increment(ref _failures) : Volatile.Read(ref _failures);
        if ((inRow >= _maxInRow || IsRateLow(now)) && _share.TryEject(this, _policy.MinReadyEndpoints, othersReady)) Close(now, hint);
    }

    /// <summary>Its backoff may be over. True when probation began.</summary>
    public bool TryBeginProbation(long now)
    {
        if (now < ShutUntil || Interlocked.CompareExchange(ref _state, Probation, Shut) != Shut) return false;
        Tell();
        return true;
    }

    /// <summary>Open → shut, under the share's lock.</summary>
    internal bool TryShut() => Interlocked.CompareExchange(ref _state, Shut, Open) == Open;

    private bool IsRateLow(long now)
    {
        if (_window is not { } window || _policy is not FailureAccrual.Unified policy) return false;
        (long total, long failed) = window.Sum(now);
        return total >= Math.Max(1, policy.MinRequests) && total - failed < policy.SuccessRateThreshold * total;
    }

    private void OnProbeEnd(long now, Outcome outcome, TimeSpan hint)
    {
        switch (outcome)
        {
            case Outcome.Abandoned:
                _state = Probation;
                Tell();
                break;
            case Outcome.Success:
                Volatile.Write(ref _failures, 0);
                _shutTimes = 0;
                _window?.Clear();
                _state = Open;
                Tell();
                break;
            default:
                Close(now, hint);
                break;
        }
    }

    // Only who ejected it, or holds its one probe, comes here.
    private void Close(long now, TimeSpan hint)
    {
        TimeSpan wait = _policy.Backoff.Delay(_shutTimes++, Random.Shared.NextDouble());
        if (_policy.RespectRetryAfter && hint > wait) wait = hint < MaxHint ? hint : MaxHint;
        Volatile.Write(ref _shutUntil, now + (wait.Ticks * TimeSpan.NanosecondsPerTick));
        _state = Shut;
        Tell();
    }

    private void Tell()
    {
        (EventLoop Loop, Action Changed)[] listeners;
        lock (_listeners) listeners = [.. _listeners];
        foreach ((EventLoop loop, Action changed) in listeners)
        {
            if (loop.IsOnLoop) changed();
            else loop.Post(changed);
        }
    }
}
