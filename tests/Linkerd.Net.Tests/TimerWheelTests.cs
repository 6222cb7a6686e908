using Linkerd.Net;

namespace Linkerd.Net.Tests;

/// <summary>The wheel against a sorted list, on a clock of its own.</summary>
public sealed class TimerWheelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Agrees_with_a_sorted_list(int seed)
    {
        var random = new Random(seed);
        using EventLoop loop = EventLoop.Create();
        long now = 1_000_000 + random.Next(1 << 20);
        var wheel = new TimerWheel(now);
        var expected = new Dictionary<LoopTimer, long>();
        var fired = new List<LoopTimer>();
        for (int step = 0; step < 3_000; step++)
        {
            for (int i = random.Next(4); i > 0; i--)
            {
                LoopTimer timer = null!;
                timer = new LoopTimer(loop, _ => fired.Add(timer), null);
                Arm(wheel, timer, expected, now + Delay(random));
            }

            if (expected.Count > 0 && random.Next(3) == 0)
            {
                LoopTimer victim = expected.Keys.ElementAt(random.Next(expected.Count));
                if (random.Next(2) == 0)
                {
                    wheel.Remove(victim);
                    expected.Remove(victim);
                }
                else
                {
                    Arm(wheel, victim, expected, now + Delay(random));
                }
            }

            long due = wheel.NextDue();
            if (expected.Count == 0) Assert.Equal(-1, due);
            else Assert.InRange(due, now, Math.Max(now + 1, expected.Values.Min()));
            now += random.Next(10) == 0 ? random.Next(100_000) : random.Next(20);
            fired.Clear();
            wheel.Advance(now);
            LoopTimer[] should = expected.Where(e => e.Value <= now).Select(e => e.Key).ToArray();
            Assert.Equal(should.Length, fired.Count);
            Assert.Empty(should.Except(fired));
            Assert.Equal(fired.Select(t => expected[t]).Order(), fired.Select(t => expected[t]));
            foreach (LoopTimer timer in fired) expected.Remove(timer);
            Assert.Equal(expected.Count, wheel.Count);
        }
    }

    private static long Delay(Random random) => random.Next(4) switch
    {
        0 => random.Next(1, 64),
        1 => random.Next(1, 5_000),
        2 => random.Next(1, 300_000),
        _ => 1L << random.Next(0, 34),
    };

    private static void Arm(TimerWheel wheel, LoopTimer timer, Dictionary<LoopTimer, long> expected, long deadline)
    {
        timer.SetDeadline(deadline);
        wheel.Schedule(timer);
        expected[timer] = deadline;
    }
}
