using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>The <c>stack_*</c> families of one kind of stage, for one worker.</summary>
public sealed class StackMetrics
{
    private readonly Series[] _held;
    private readonly Cell _created;
    private readonly Cell _dropped;
    private readonly Cell _ready;
    private readonly Cell _notReady;
    private readonly Cell _error;
    private readonly Cell _millis;
    private double _fraction;

    /// <param name="families">The families.</param>
    /// <param name="direction">Side of the proxy.</param>
    /// <param name="protocol">Such as <c>http</c>, <c>opaq</c>.</param>
    /// <param name="name">Of the stage: <c>balance</c>, <c>endpoint</c>, <c>logical</c>.</param>
    /// <param name="worker">Index of the worker's cells.</param>
    public StackMetrics(StackFamilies families, string direction, string protocol, string name, int worker)
    {
        ArgumentNullException.ThrowIfNull(families);
        Labels labels = Labels.Of("direction", direction).And("protocol", protocol).And("name", name);
        Counter created = families.Created.With(labels);
        Counter dropped = families.Dropped.With(labels);
        Counter ready = families.Polls.With(labels.And("ready", "true"));
        Counter notReady = families.Polls.With(labels.And("ready", "false"));
        Counter error = families.Polls.With(labels.And("ready", "error"));
        Counter millis = families.PollMillis.With(labels);
        _held = [created, dropped, ready, notReady, error, millis];
        _created = created.For(worker);
        _dropped = dropped.For(worker);
        _ready = ready.For(worker);
        _notReady = notReady.For(worker);
        _error = error.For(worker);
        _millis = millis.For(worker);
    }

    /// <summary>Series that are counted in.</summary>
    public int SeriesCount => _held.Length;

    public void Created(int count = 1) => _created.Add(count);

    public void Dropped(int count = 1) => _dropped.Add(count);

    /// <summary>Something was to be taken; it waited so many milliseconds.</summary>
    public void Polled(StackReadiness readiness, double waitedMillis = 0)
    {
        switch (readiness)
        {
            case StackReadiness.Ready:
                _ready.Increment();
                return;
            case StackReadiness.Error:
                _error.Increment();
                return;
            default:
                _notReady.Increment();
                // Waits shorter than a millisecond add up too.
                _fraction += waitedMillis;
                long whole = (long)_fraction;
                _fraction -= whole;
                _millis.Add(whole);
                return;
        }
    }
}
