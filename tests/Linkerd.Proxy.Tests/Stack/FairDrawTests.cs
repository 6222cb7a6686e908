using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Tests.Stack;

public sealed class FairDrawTests
{
    [Theory]
    [InlineData(90u, 10u)]
    [InlineData(1u, 1u)]
    [InlineData(5000u, 4999u)]
    [InlineData(1u, 999_999u)]
    [InlineData(uint.MaxValue, uint.MaxValue)]
    public void Two_choices_are_never_off_by_a_whole_draw(uint first, uint second)
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            var draw = new FairDraw([first, second], seed);
            double share = first / ((double)first + second);
            int drawn = 0;
            for (int i = 1; i <= 5_000; i++)
            {
                if (draw.Draw() == 0) drawn++;
                Assert.InRange(drawn - (share * i), -1.000001, 1.000001);
            }
        }
    }

    [Fact]
    public void Many_choices_are_off_by_less_than_one_draw_per_choice()
    {
        var random = new Random(7);
        for (int round = 0; round < 50; round++)
        {
            uint[] weights = [.. Enumerable.Range(0, random.Next(2, 17)).Select(_ => (uint)random.Next(0, 1000))];
            double total = weights.Sum(static w => (double)w);
            if (total == 0) continue;
            var draw = new FairDraw(weights, (ulong)round);
            int[] drawn = new int[weights.Length];
            for (int i = 1; i <= 2_000; i++)
            {
                drawn[draw.Draw()]++;
                for (int w = 0; w < weights.Length; w++) Assert.InRange(drawn[w] - (weights[w] / total * i), -weights.Length, weights.Length);
            }

            for (int w = 0; w < weights.Length; w++) Assert.True(weights[w] > 0 || drawn[w] == 0);
        }
    }

    [Fact]
    public void The_order_of_draws_is_random()
    {
        // A rotation would give every second request of an alternating client the same choice.
        var draw = new FairDraw([1, 1], 3);
        int even = 0;
        for (int i = 0; i < 2_000; i++)
        {
            if (draw.Draw() == 0 && i % 2 == 0) even++;
        }

        Assert.InRange(even, 400, 600);
    }

    [Fact]
    public void Only_what_is_available_is_drawn()
    {
        var draw = new FairDraw([90, 10, 5], 1);
        for (int i = 0; i < 100; i++) Assert.NotEqual(0, draw.Draw(0b110));
        int first = 0;
        for (int i = 0; i < 1_050; i++)
        {
            if (draw.Draw() == 0) first++;
        }

        Assert.InRange(first, 897, 903);
        Assert.Equal(-1, draw.Draw(0));
        Assert.Equal(-1, new FairDraw([0, 0], 1).Draw());
        Assert.Equal(-1, new FairDraw([], 1).Draw());
    }
}
