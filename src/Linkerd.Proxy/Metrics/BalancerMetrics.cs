using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>The families of one balancer, for one worker: what it holds, who waits, and whether its gate is shut.</summary>
public sealed class BalancerMetrics
{
    private readonly TimeProvider _time;
    private readonly MaxGauge.Source _ready;
    private readonly MaxGauge.Source _pending;
    private readonly MaxGauge.Source _members;
    private readonly MaxGauge.Source _openTime;
    private readonly MaxGauge.Source _shutTime;
    private readonly MaxGauge.Source _timeout;
    // A source keeps its series alive; those that are only counted in are held here.
    private readonly Series[] _held;
    private readonly Cell _queued;
    private readonly Cell _requests;
    private readonly Cell _gateOpen;
    private readonly Cell _gateShut;
    private readonly Cell _added;
    private readonly Cell _removed;
    private readonly HistogramCell _latency;
    private readonly StackMetrics? _balance;
    private readonly StackMetrics? _endpoints;
    private int _length;

    /// <param name="families">Which.</param>
    /// <param name="labels">Of the balancer.</param>
    /// <param name="failfast">How long it waits for an endpoint before its gate shuts.</param>
    /// <param name="worker">Index of the worker's cells.</param>
    /// <param name="time">Clock of the gate's times.</param>
    /// <param name="balance">Told of the balancer as a stage; null for none.</param>
    /// <param name="endpoints">Told of its endpoints as stages; null for none.</param>
    public BalancerMetrics(BalancerFamilies families, Labels labels, TimeSpan failfast, int worker, TimeProvider time, StackMetrics? balance = null, StackMetrics? endpoints = null)
    {
        ArgumentNullException.ThrowIfNull(families);
        _time = time;
        _balance = balance;
        _endpoints = endpoints;
        _ready = families.Endpoints.With(Labels.Of("endpoint_state", "ready").And(labels)).Join();
        _pending = families.Endpoints.With(Labels.Of("endpoint_state", "pending").And(labels)).Join();
        _members = families.P2cEndpoints.With(labels).Join();
        _openTime = families.GateOpenTime.With(labels).Join();
        _shutTime = families.GateShutTime.With(labels).Join();
        _timeout = families.GateTimeout.With(labels).Join();
        Gauge queued = families.QueueLength.With(labels);
        Counter requests = families.QueueRequests.With(labels);
        Histogram latency = families.QueueLatency.With(labels);
        Counter open = families.GateOpen.With(labels);
        Counter shut = families.GateShut.With(labels);
        Counter added = families.P2cUpdates.With(Labels.Of("op", "Add").And(labels));
        Counter removed = families.P2cUpdates.With(Labels.Of("op", "Remove").And(labels));
        _held = [queued, requests, latency, open, shut, added, removed];
        _queued = queued.For(worker);
        _requests = requests.For(worker);
        _latency = latency.For(worker);
        _gateOpen = open.For(worker);
        _gateShut = shut.For(worker);
        _added = added.For(worker);
        _removed = removed.For(worker);
        _timeout.Set(failfast.TotalSeconds);
        SetGate(open: true);
        balance?.Created();
    }

    /// <summary>Series that are counted in.</summary>
    public int SeriesCount => _held.Length + 6;

    /// <summary>A request came.</summary>
    public void OnRequest() => _requests.Increment();

    /// <summary>A request goes on without having waited.</summary>
    public void OnReady()
    {
        _latency.Observe(0);
        _balance?.Polled(StackReadiness.Ready);
    }

    /// <summary>A request goes on after it waited so long.</summary>
    public void OnWaited(double seconds)
    {
        _latency.Observe(seconds);
        _balance?.Polled(StackReadiness.NotReady, seconds * 1000);
    }

    /// <summary>A request failed: no room, or no endpoint in time.</summary>
    public void OnFailed() => _balance?.Polled(StackReadiness.Error);

    /// <summary>The gate opened: endpoints are ready again; or shut: requests fail fast.</summary>
    public void OnGate(bool open)
    {
        (open ? _gateOpen : _gateShut).Increment();
        SetGate(open);
    }

    /// <summary>Endpoints came and went.</summary>
    public void OnUpdate(int added, int removed)
    {
        _added.Add(added);
        _removed.Add(removed);
        _endpoints?.Created(added);
        _endpoints?.Dropped(removed);
    }

    /// <summary>How things stand.</summary>
    public void Set(int endpoints, int ready, int queued)
    {
        _members.Set(endpoints);
        _ready.Set(ready);
        _pending.Set(endpoints - ready);
        // Others may queue under the same labels: each adds what changed of its own.
        _queued.Add(queued - _length);
        _length = queued;
    }

    /// <summary>The balancer is gone, with so many endpoints.</summary>
    public void OnClosed(int endpoints)
    {
        Set(0, 0, 0);
        MaxGauge.Source[] sources = [_ready, _pending, _members, _openTime, _shutTime, _timeout];
        foreach (MaxGauge.Source source in sources) source.Leave();
        _endpoints?.Dropped(endpoints);
        _balance?.Dropped();
    }

    private void SetGate(bool open)
    {
        double now = _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        _openTime.Set(open ? now : 0);
        _shutTime.Set(open ? 0 : now);
    }
}
