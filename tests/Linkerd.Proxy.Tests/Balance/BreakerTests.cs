using System.Net;
using Linkerd.Model;
using Linkerd.Proxy.Balance;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Balance;

/// <summary>The state machine of circuit breaking, on a clock of its own.</summary>
public sealed class BreakerTests
{
    private const long Second = 1_000_000_000;

    private static readonly ExponentialBackoff s_backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), 0);
    private readonly BackendShare _share = new(2);
    private long _now = 100 * Second;

    [Fact]
    [Proves("6.10 consecutive")]
    public void Failures_in_a_row_shut_it_and_a_success_between_starts_anew()
    {
        Breaker breaker = Consecutive(3);
        End(breaker, Outcome.Failure, Outcome.Failure, Outcome.Success, Outcome.Failure, Outcome.Failure);
        Assert.True(breaker.IsOpen);
        End(breaker, Outcome.Failure);
        Assert.True(breaker.IsShut);
    }

    [Fact]
    public void Failures_on_two_workers_add_up()
    {
        Breaker breaker = Consecutive(4);
        for (int i = 0; i < 4; i++) breaker.OnEnd(i % 2, _now, Outcome.Failure, false, default, 9);
        Assert.True(breaker.IsShut);
    }

    [Fact]
    public void After_its_backoff_one_probe_is_let_through_whose_success_opens_it()
    {
        Breaker breaker = Consecutive(1);
        End(breaker, Outcome.Failure);
        Assert.False(breaker.TryBeginProbation(_now + Second - 1));
        Assert.False(breaker.TryAdmit(out _));
        Assert.True(breaker.TryBeginProbation(_now + Second));
        Assert.True(breaker.IsOpen);
        Assert.True(breaker.TryAdmit(out bool isProbe));
        Assert.True(isProbe);
        Assert.False(breaker.IsOpen);
        Assert.False(breaker.TryAdmit(out _));
        breaker.OnEnd(0, _now, Outcome.Success, isProbe: true, default, 9);
        Assert.True(breaker.TryAdmit(out isProbe));
        Assert.False(isProbe);
    }

    [Fact]
    public void A_failed_probe_doubles_the_wait_up_to_the_longest_and_success_resets_it()
    {
        Breaker breaker = Consecutive(1);
        End(breaker, Outcome.Failure);
        foreach (int seconds in new[] { 1, 2, 4, 4 })
        {
            Assert.Equal(_now + (seconds * Second), breaker.ShutUntil);
            _now = breaker.ShutUntil;
            Probe(breaker, Outcome.Failure);
        }

        _now = breaker.ShutUntil;
        Probe(breaker, Outcome.Success);
        End(breaker, Outcome.Failure);
        Assert.Equal(_now + Second, breaker.ShutUntil);
    }

    [Fact]
    public void An_abandoned_probe_is_sent_again()
    {
        Breaker breaker = Consecutive(1);
        End(breaker, Outcome.Failure);
        _now = breaker.ShutUntil;
        Probe(breaker, Outcome.Abandoned);
        Assert.True(breaker.TryAdmit(out bool isProbe));
        Assert.True(isProbe);
    }

    [Fact]
    public void What_was_sent_before_it_shut_changes_nothing()
    {
        Breaker breaker = Consecutive(1);
        End(breaker, Outcome.Failure);
        long until = breaker.ShutUntil;
        End(breaker, Outcome.Success, Outcome.Failure);
        Assert.True(breaker.IsShut);
        Assert.Equal(until, breaker.ShutUntil);
    }

    [Fact]
    public void A_rate_limited_answer_is_no_failure_in_a_row_but_fails_a_probe()
    {
        Breaker breaker = Consecutive(2);
        End(breaker, Outcome.RateLimited, Outcome.RateLimited, Outcome.RateLimited);
        Assert.True(breaker.IsOpen);
        End(breaker, Outcome.Failure, Outcome.Failure);
        _now = breaker.ShutUntil;
        Probe(breaker, Outcome.RateLimited);
        Assert.True(breaker.IsShut);
    }

    [Fact]
    [Proves("6.10 unified")]
    public void A_success_rate_below_its_threshold_shuts_it_once_there_are_enough_requests()
    {
        Breaker breaker = Unified(threshold: 0.8, minRequests: 10, maxInRow: 0);
        for (int i = 0; i < 9; i++) End(breaker, i % 2 == 0 ? Outcome.Success : Outcome.Failure);
        Assert.True(breaker.IsOpen);
        End(breaker, Outcome.RateLimited);
        Assert.True(breaker.IsShut);
    }

    [Fact]
    public void The_rate_forgets_what_left_the_window()
    {
        Breaker breaker = Unified(threshold: 0.5, minRequests: 4, maxInRow: 0);
        for (int i = 0; i < 3; i++) End(breaker, Outcome.Failure);
        _now += 11 * Second;
        for (int i = 0; i < 7; i++) End(breaker, Outcome.Success);
        for (int i = 0; i < 7; i++) End(breaker, Outcome.Failure);
        Assert.True(breaker.IsOpen);
        End(breaker, Outcome.Failure);
        Assert.True(breaker.IsShut);
    }

    [Fact]
    public void The_rate_agrees_with_a_log_of_everything()
    {
        var random = new Random(5);
        for (int round = 0; round < 100; round++)
        {
            Breaker breaker = Unified(threshold: 0.7, minRequests: 20, maxInRow: 0, port: 1000 + round);
            var log = new List<(long At, bool Failed)>();
            while (breaker.IsOpen)
            {
                _now += random.NextInt64(Second / 5);
                bool failed = random.Next(10) < 2 + (round % 3);
                breaker.OnEnd(random.Next(2), _now, failed ? Outcome.Failure : Outcome.Success, false, default, 9);
                log.Add((_now, failed));
                // Ten buckets of a second: the one that holds now, and the nine before it.
                var counted = log.Where(l => l.At / Second > (_now / Second) - 10).ToList();
                bool isLow = failed && counted.Count >= 20 && counted.Count(static l => !l.Failed) < 0.7 * counted.Count;
                Assert.Equal(isLow, breaker.IsShut);
                if (log.Count > 2_000) break;
            }
        }
    }

    [Fact]
    public void The_server_may_ask_for_a_longer_wait()
    {
        Breaker breaker = Consecutive(1, honours: true);
        breaker.OnEnd(0, _now, Outcome.Failure, false, TimeSpan.FromSeconds(60), 9);
        Assert.Equal(_now + (60 * Second), breaker.ShutUntil);
        Breaker deaf = Consecutive(1, port: 2);
        deaf.OnEnd(0, _now, Outcome.Failure, false, TimeSpan.FromSeconds(60), 9);
        Assert.Equal(_now + Second, deaf.ShutUntil);
        Breaker bounded = Consecutive(1, honours: true, port: 3);
        bounded.OnEnd(0, _now, Outcome.Failure, false, TimeSpan.FromDays(1), 9);
        Assert.Equal(_now + (300 * Second), bounded.ShutUntil);
    }

    [Fact]
    public void Endpoints_up_to_the_floor_stay_in()
    {
        Breaker[] breakers = [.. Enumerable.Range(1, 3).Select(port => Consecutive(1, floor: 2, port: port))];
        breakers[0].OnEnd(0, _now, Outcome.Failure, false, default, othersReady: 1);
        Assert.True(breakers[0].IsOpen);
        breakers[0].OnEnd(0, _now, Outcome.Failure, false, default, othersReady: 2);
        Assert.True(breakers[0].IsShut);
        breakers[1].OnEnd(0, _now, Outcome.Failure, false, default, othersReady: 2);
        Assert.True(breakers[1].IsOpen);
    }

    [Fact]
    public void Workers_get_the_same_breaker_while_one_of_them_holds_it()
    {
        var address = new IPEndPoint(IPAddress.Loopback, 7);
        var policy = new FailureAccrual.Consecutive(1) { Backoff = s_backoff };
        Breaker first = _share.Join(address, policy);
        Assert.Same(first, _share.Join(address, policy));
        _share.Leave(address);
        Assert.Same(first, _share.Join(address, policy));
        _share.Leave(address);
        _share.Leave(address);
        Assert.NotSame(first, _share.Join(address, policy));
    }

    [Fact]
    public void Of_many_that_want_to_probe_one_does()
    {
        Breaker breaker = Consecutive(1);
        End(breaker, Outcome.Failure);
        breaker.TryBeginProbation(breaker.ShutUntil);
        int admitted = 0;
        Parallel.For(0, 8, _ =>
        {
            if (breaker.TryAdmit(out bool _)) Interlocked.Increment(ref admitted);
        });
        Assert.Equal(1, admitted);
    }

    private void End(Breaker breaker, params Outcome[] outcomes)
    {
        foreach (Outcome outcome in outcomes) breaker.OnEnd(0, _now, outcome, false, default, 9);
    }

    private void Probe(Breaker breaker, Outcome outcome)
    {
        Assert.True(breaker.TryBeginProbation(_now));
        Assert.True(breaker.TryAdmit(out bool isProbe));
        Assert.True(isProbe);
        breaker.OnEnd(0, _now, outcome, isProbe, default, 9);
    }

    private Breaker Consecutive(int max, bool honours = false, int floor = 0, int port = 1)
        => _share.Join(new IPEndPoint(IPAddress.Loopback, port), new FailureAccrual.Consecutive(max) { Backoff = s_backoff, RespectRetryAfter = honours, MinReadyEndpoints = floor });

    private Breaker Unified(double threshold, int minRequests, int maxInRow, int port = 1)
        => _share.Join(new IPEndPoint(IPAddress.Loopback, port), new FailureAccrual.Unified(threshold, TimeSpan.FromSeconds(10), minRequests, maxInRow) { Backoff = s_backoff });
}
