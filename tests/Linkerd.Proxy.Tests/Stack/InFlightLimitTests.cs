using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Tests.Stack;

public sealed class InFlightLimitTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(32)]
    [InlineData(1000)]
    public void One_worker_may_have_every_place_and_none_beyond(int places)
    {
        var limit = new InFlightLimit(places, 3);
        for (int i = 0; i < places; i++) Assert.True(limit.TryEnter(1));
        Assert.Equal(places, limit.Count);
        Assert.False(limit.TryEnter(1));
        Assert.False(limit.TryEnter(0));
        limit.Exit(1);
        Assert.Equal(places - 1, limit.Count);
        Assert.True(limit.TryEnter(2));
        Assert.False(limit.TryEnter(1));
    }

    [Fact]
    public void A_place_that_another_worker_holds_free_is_found()
    {
        var limit = new InFlightLimit(3, 2);

        // Worker 0 takes all three into its own hands and uses one.
        Assert.True(limit.TryEnter(0));
        Assert.True(limit.TryEnter(1));
        Assert.True(limit.TryEnter(1));
        Assert.False(limit.TryEnter(1));
        Assert.Equal(3, limit.Count);
    }

    [Fact]
    public void Nothing_is_lost_when_requests_end_in_another_order_than_they_began()
    {
        var limit = new InFlightLimit(500, 2);
        for (int round = 0; round < 20; round++)
        {
            for (int i = 0; i < 500; i++) Assert.True(limit.TryEnter(round & 1));
            Assert.False(limit.TryEnter(~round & 1));
            for (int i = 0; i < 500; i++) limit.Exit(round & 1);
            Assert.Equal(0, limit.Count);
        }
    }

    [Fact]
    public void Workers_together_never_have_more_than_the_limit()
    {
        const int places = 40, workers = 4;
        var limit = new InFlightLimit(places, workers);
        int now = 0, most = 0, refused = 0;
        var threads = new Thread[workers];
        for (int t = 0; t < workers; t++)
        {
            int worker = t;
            threads[t] = new Thread(() =>
            {
                int held = 0;
                var random = new Random(worker);
                for (int i = 0; i < 100_000; i++)
                {
                    if (held > 0 && random.Next(2) == 0)
                    {
                        held--;
                        Interlocked.Decrement(ref now);
                        limit.Exit(worker);
                    }
                    else if (limit.TryEnter(worker))
                    {
                        held++;
                        int seen = Interlocked.Increment(ref now);
                        for (int known = most; seen > known && Interlocked.CompareExchange(ref most, seen, known) != known; known = most)
                        {
                        }
                    }
                    else
                    {
                        Interlocked.Increment(ref refused);
                    }
                }

                for (; held > 0; held--)
                {
                    Interlocked.Decrement(ref now);
                    limit.Exit(worker);
                }
            });
            threads[t].Start();
        }

        foreach (Thread thread in threads) thread.Join();
        Assert.InRange(most, 1, places);
        Assert.Equal(0, limit.Count);
        for (int i = 0; i < places; i++) Assert.True(limit.TryEnter(i % workers));
        Assert.False(limit.TryEnter(0));
        Assert.True(refused > 0);
    }
}
