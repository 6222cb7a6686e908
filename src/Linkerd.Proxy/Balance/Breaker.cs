using Linkerd.Model;
using Linkerd.Net;

namespace Linkerd.Proxy.Balance;

/// <summary>
/// Takes an endpoint out after failures in a row. States: open (serves) → shut (N failures; waits) → probation (one request at a
/// time) → open on success, shut for longer on failure.
/// </summary>
public sealed class Breaker
{
    private readonly FailureAccrual.Consecutive _policy;
    private readonly Action _changed;
    private readonly LoopTimer _timer;
    private readonly Random _random;
    private int _failures;
    private int _shutTimes;
    private bool _onProbation;
    private bool _probing;

    /// <param name="loop">The loop that it lives on.</param>
    /// <param name="policy">When it shuts and for how long.</param>
    /// <param name="random">For jitter.</param>
    /// <param name="changed">Called when <see cref="IsOpen"/> changed.</param>
    public Breaker(EventLoop loop, FailureAccrual.Consecutive policy, Random random, Action changed)
    {
        _policy = policy;
        _random = random;
        _changed = changed;
        _timer = new LoopTimer(loop, static self => ((Breaker)self!).BeginProbation(), this);
    }

    /// <summary>Requests may be sent.</summary>
    public bool IsOpen { get; private set; } = true;

    /// <summary>A request is sent; on probation this shuts the gate behind it.</summary>
    public void OnRequest()
    {
        if (!_onProbation || _probing) return;
        _probing = true;
        Set(open: false);
    }

    /// <summary>A request ended.</summary>
    public void OnEnd(bool failed)
    {
        if (_probing)
        {
            _probing = false;
            _onProbation = false;
            if (failed) Shut();
            else Reset();
        }
        else if (IsOpen)
        {
            if (!failed) _failures = 0;
            else if (++_failures >= _policy.MaxFailures) Shut();
        }
    }

    /// <summary>A request ended without telling anything; a probe is sent again.</summary>
    public void OnAbandoned()
    {
        if (!_probing) return;
        _probing = false;
        Set(open: true);
    }

    /// <summary>Stops its timer.</summary>
    public void Stop() => _timer.Stop();

    private void BeginProbation()
    {
        _onProbation = true;
        Set(open: true);
    }

    private void Reset()
    {
        _failures = 0;
        _shutTimes = 0;
        Set(open: true);
    }

    private void Shut()
    {
        _timer.Start(_policy.Backoff.Delay(_shutTimes++, _random.NextDouble()));
        Set(open: false);
    }

    private void Set(bool open)
    {
        if (IsOpen == open) return;
        IsOpen = open;
        _changed();
    }
}
