using System.Diagnostics;
using Linkerd.Net;
using Linkerd.Testing;

namespace Linkerd.Net.Tests;

public sealed class LoopTests
{
    [Fact]
    public async Task Posts_of_one_thread_run_in_order()
    {
        using var harness = new Harness();
        var seen = new List<int>();
        for (int i = 0; i < 10_000; i++)
        {
            int value = i;
            harness.Loop.Post(() => seen.Add(value));
        }

        await harness.On(() => { });
        Assert.Equal(Enumerable.Range(0, 10_000), seen);
    }

    [Fact]
    public async Task Posts_from_many_threads_all_arrive()
    {
        using var harness = new Harness();
        int count = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 5_000; i++) harness.Loop.Post(() => count++);
        })));
        await Eventually.TrueAsync(() => Volatile.Read(ref count) == 40_000, "all posts ran");
    }

    [Fact]
    public async Task Deferred_work_runs_at_the_end_of_the_same_turn_in_order_and_nested_work_too()
    {
        using var harness = new Harness();
        var log = new List<string>();
        var turns = new HashSet<long>();
        await harness.On(() =>
        {
            harness.Loop.Defer(new Work(() =>
            {
                log.Add("a");
                turns.Add(harness.Loop.Turns);
                harness.Loop.Defer(new Work(() =>
                {
                    log.Add("c");
                    turns.Add(harness.Loop.Turns);
                }));
            }));
            harness.Loop.Defer(new Work(() => log.Add("b")));
            log.Add("now");
            turns.Add(harness.Loop.Turns);
        });
        await harness.On(() => { });
        Assert.Equal(["now", "a", "b", "c"], log);
        Assert.Single(turns);
    }

    [Fact]
    public async Task Yielded_work_runs_in_a_later_turn_without_anything_else_to_wake_the_loop()
    {
        using var harness = new Harness();
        var ran = new TaskCompletionSource<long>();
        long asked = await harness.On(() =>
        {
            harness.Loop.Yield(new Work(() => ran.SetResult(harness.Loop.Turns)));
            return harness.Loop.Turns;
        });
        Assert.True(await ran.Task.WaitAsync(Harness.Limit) >= asked);
    }

    [Fact]
    public async Task Await_on_the_loop_resumes_on_the_loop()
    {
        using var harness = new Harness();
        var done = new TaskCompletionSource<bool>();
        harness.Loop.Post(async () =>
        {
            await Task.Run(() => { });
            done.SetResult(harness.Loop.IsOnLoop && EventLoop.Current == harness.Loop);
        });
        Assert.True(await done.Task.WaitAsync(Harness.Limit));
    }

    [Fact]
    public async Task Timers_fire_in_order_never_early_and_not_when_stopped()
    {
        using var harness = new Harness();
        var fired = new List<(int Delay, double Elapsed)>();
        var all = new TaskCompletionSource();
        await harness.On(() =>
        {
            long start = harness.Loop.Now;
            foreach (int delay in new[] { 70, 5, 130, 1, 64, 40 })
            {
                var timer = new LoopTimer(harness.Loop, _ =>
                {
                    fired.Add((delay, (harness.Loop.Now - start) / 1e6));
                    if (fired.Count == 6) all.SetResult();
                }, null);
                timer.Start(TimeSpan.FromMilliseconds(delay));
            }

            var stopped = new LoopTimer(harness.Loop, _ => fired.Add((-1, 0)), null);
            stopped.Start(TimeSpan.FromMilliseconds(20));
            stopped.Stop();
            Assert.False(stopped.IsRunning);
        });
        await all.Task.WaitAsync(Harness.Limit);
        Assert.Equal([1, 5, 40, 64, 70, 130], fired.Select(f => f.Delay));
        Assert.All(fired, f => Assert.True(f.Elapsed >= f.Delay, $"{f.Delay} ms fired after {f.Elapsed} ms"));
    }

    [Fact]
    public async Task A_timer_restarted_later_fires_once_at_the_later_time()
    {
        using var harness = new Harness();
        int count = 0;
        double elapsed = 0;
        var done = new TaskCompletionSource();
        await harness.On(() =>
        {
            long start = harness.Loop.Now;
            var timer = new LoopTimer(harness.Loop, _ =>
            {
                count++;
                elapsed = (harness.Loop.Now - start) / 1e6;
                done.SetResult();
            }, null);
            timer.Start(TimeSpan.FromMilliseconds(5));
            timer.Start(TimeSpan.FromMilliseconds(60));
        });
        await done.Task.WaitAsync(Harness.Limit);
        Assert.Equal(1, count);
        Assert.True(elapsed >= 60);
    }

    [Fact]
    public async Task An_exception_in_a_callback_is_reported_and_the_loop_goes_on()
    {
        using var harness = new Harness { ExpectsErrors = true };
        Exception? seen = null;
        harness.Loop.UnhandledException += e => seen = e;
        harness.Loop.Post(() => throw new InvalidOperationException("on purpose"));
        await harness.On(() => { });
        Assert.Equal("on purpose", seen?.Message);
    }

    [Fact]
    public async Task A_timer_that_throws_does_not_stop_the_others()
    {
        using var harness = new Harness { ExpectsErrors = true };
        var fired = new TaskCompletionSource();
        await harness.On(() =>
        {
            for (int i = 0; i < 3; i++)
            {
                int index = i;
                new LoopTimer(harness.Loop, _ =>
                {
                    if (index == 0) fired.SetResult();
                    throw new InvalidOperationException("on purpose");
                }, null).Start(TimeSpan.FromMilliseconds(5));
            }
        });
        await fired.Task.WaitAsync(Harness.Limit);
    }

    [Fact]
    public async Task An_idle_loop_gives_its_buffers_back_and_sleeps()
    {
        using var harness = new Harness();
        await harness.On(() =>
        {
            LoopBuffer[] buffers = Enumerable.Range(0, 10).Select(_ => harness.Loop.Buffers.Rent(BufferSize.Large)).ToArray();
            foreach (LoopBuffer buffer in buffers) harness.Loop.Buffers.Return(buffer);
        });
        await Eventually.TrueAsync(() => harness.Loop.Buffers.FreeBytes == 0, "the pool is trimmed");
    }

    [Fact]
    public void A_buffer_returned_twice_is_refused()
    {
        using var pool = new BufferPool();
        LoopBuffer buffer = pool.Rent(BufferSize.Small);
        pool.Return(buffer);
        Assert.Throws<InvalidOperationException>(() => pool.Return(buffer));
    }

    private sealed class Work(Action action) : IDeferred
    {
        public void RunDeferred() => action();
    }
}
