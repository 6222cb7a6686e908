using Linkerd.Proxy.Authorize;

namespace Linkerd.Proxy.Tests.Authorize;

public sealed class GcraTests
{
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData(1u)]
    [InlineData(3u)]
    [InlineData(100u)]
    [InlineData(50_000u)]
    public void One_second_is_allowed_at_once_and_then_the_rate(uint rate)
    {
        var limit = new Gcra(rate);
        long now = 5 * Second;
        Assert.Equal((int)rate, Take(limit, now, (int)rate + 10));
        for (int second = 1; second <= 3; second++)
        {
            int taken = 0;
            for (int step = 1; step <= 10; step++) taken += Take(limit, now + (second - 1) * Second + step * Second / 10, (int)rate);
            // An interval that is no whole number of nanoseconds is rounded down.
            Assert.InRange(taken, (int)rate, (int)rate + 1);
        }
    }

    [Fact]
    public void Who_was_quiet_for_long_gets_no_more_than_one_second()
    {
        var limit = new Gcra(10);
        Assert.Equal(10, Take(limit, Second, 50));
        Assert.Equal(10, Take(limit, 1_000 * Second, 50));
    }

    [Fact]
    public void A_clock_that_lags_behind_takes_nothing_extra()
    {
        var limit = new Gcra(10);
        Assert.Equal(10, Take(limit, 10 * Second, 50));
        Assert.Equal(0, Take(limit, 10 * Second - 1_000_000, 50));
        Assert.Equal(1, Take(limit, 10 * Second + Second / 10, 50));
    }

    [Fact]
    public void Threads_share_the_limit_exactly()
    {
        var limit = new Gcra(10_000);
        int taken = 0;
        Parallel.For(0, 8, _ => Interlocked.Add(ref taken, Take(limit, Second, 5_000)));
        Assert.Equal(10_000, taken);
    }

    [Fact]
    public void It_decides_as_a_bucket_of_tokens_does()
    {
        const uint Rate = 20;
        const long Interval = Second / Rate;
        var random = new Random(7);
        var limit = new Gcra(Rate);
        long now = Second;
        // The obvious reference, in integers: a full bucket of intervals, filled with time.
        long level = Rate * Interval;
        for (int i = 0; i < 20_000; i++)
        {
            long passed = random.NextInt64(2 * Interval);
            now += passed;
            level = Math.Min(Rate * Interval, level + passed);
            bool expected = level >= Interval;
            if (expected) level -= Interval;
            Assert.Equal(expected, limit.TryTake(now));
        }
    }

    [Fact]
    public void It_is_idle_when_a_new_one_would_decide_the_same()
    {
        var limit = new Gcra(2);
        Assert.True(limit.IsIdle(Second));
        limit.TryTake(Second);
        Assert.False(limit.IsIdle(Second + Second / 4));
        Assert.True(limit.IsIdle(Second + Second / 2));
    }

    private static int Take(Gcra limit, long now, int times)
    {
        int taken = 0;
        for (int i = 0; i < times; i++)
        {
            if (limit.TryTake(now)) taken++;
        }

        return taken;
    }
}
