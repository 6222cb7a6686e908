using Linkerd.Net;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Tap;

/// <summary>Puts taps on the workers and takes them off. Used on the control loop.</summary>
public sealed class TapHub
{
    /// <summary>Taps at once.</summary>
    public const int MaxSessions = 16;

    private readonly List<Worker> _workers = [];
    private readonly List<TapSession> _sessions = [];
    private readonly EventLoop _control;
    private readonly Counter _dropped;
    private uint _base;

    public TapHub(EventLoop control, MetricRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        _control = control;
        _dropped = registry.Counter("tap_events_dropped_total", "The total number of tap events that were dropped because the observer was too slow.").Single();
    }

    /// <summary>A worker whose requests can be tapped. Before the loops run.</summary>
    public void Add(Worker worker) => _workers.Add(worker);

    /// <summary>Begins a tap; null when there are too many.</summary>
    internal TapSession? Begin(uint limit, TapMatch match, bool extractsHeaders, ITapOutput output)
    {
        if (_sessions.Count >= MaxSessions) return null;
        var session = new TapSession(_control, _base++, limit, match, extractsHeaders, output);
        _sessions.Add(session);
        OnEach(worker => worker.Taps = [.. worker.Taps ?? [], new TapWriter(session, worker.Loop, _dropped.For(worker.Index))], output.OnReady);
        return session;
    }

    /// <summary>Takes a tap off the workers; <paramref name="flushed"/> is called when all they had has been handed over.</summary>
    internal void End(TapSession session, Action flushed)
    {
        if (!_sessions.Remove(session)) return;
        OnEach(worker => Remove(worker, session), flushed);
    }

    private static void Remove(Worker worker, TapSession session)
    {
        if (worker.Taps is not { } taps) return;
        foreach (TapWriter writer in taps)
        {
            if (writer.Session == session) writer.Flush();
        }

        TapWriter[] rest = [.. taps.Where(t => t.Session != session)];
        worker.Taps = rest.Length > 0 ? rest : null;
    }

    /// <summary>Runs on every worker's loop, then once on the control loop.</summary>
    private void OnEach(Action<Worker> action, Action then)
    {
        int left = _workers.Count;
        foreach (Worker worker in _workers)
        {
            worker.Loop.Post(() =>
            {
                action(worker);
                _control.Post(() =>
                {
                    if (--left == 0) then();
                });
            });
        }
    }
}
