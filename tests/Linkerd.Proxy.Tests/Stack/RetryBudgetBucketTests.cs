using Linkerd.Model;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Tests.Stack;

public sealed class RetryBudgetBucketTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void The_ratio_of_requests_may_be_retried()
    {
        var bucket = new RetryBudgetBucket(new RetryBudget(0.2, 0, TimeSpan.FromSeconds(10)), 2);
        for (int i = 0; i < 100; i++) bucket.Deposit(i % 2, Second);
        Assert.Equal(20, Withdraw(bucket, Second));
    }

    [Fact]
    public void A_least_number_per_second_is_always_allowed()
    {
        var bucket = new RetryBudgetBucket(new RetryBudget(0.2, 3, TimeSpan.FromSeconds(10)), 1);
        Assert.Equal(30, Withdraw(bucket, Second));
        Assert.Equal(0, Withdraw(bucket, 2 * Second));
    }

    [Fact]
    public void What_has_left_the_window_counts_no_more()
    {
        var bucket = new RetryBudgetBucket(new RetryBudget(0.5, 0, TimeSpan.FromSeconds(10)), 1);
        for (int i = 0; i < 10; i++) bucket.Deposit(0, Second);
        Assert.Equal(5, Withdraw(bucket, 5 * Second));
        Assert.Equal(0, Withdraw(bucket, 12 * Second));
        for (int i = 0; i < 4; i++) bucket.Deposit(0, 12 * Second);
        Assert.Equal(0, Withdraw(bucket, 12 * Second));
        Assert.Equal(2, Withdraw(bucket, 17 * Second));
    }

    [Fact]
    public void It_never_allows_more_than_a_log_of_everything_would()
    {
        var random = new Random(11);
        var budget = new RetryBudget(0.3, 2, TimeSpan.FromSeconds(10));
        var bucket = new RetryBudgetBucket(budget, 3);
        var requests = new List<long>();
        var retries = new List<long>();
        long now = 100 * Second;
        for (int i = 0; i < 20_000; i++)
        {
            now += random.NextInt64(Second / 50);
            if (random.Next(3) > 0)
            {
                bucket.Deposit(random.Next(3), now);
                requests.Add(now);
            }
            else if (bucket.TryWithdraw(now))
            {
                retries.Add(now);
                // Buckets leave the window whole, so the log looks at nine tenths of it.
                long from = now - (9 * Second);
                double most = 20 + (0.3 * requests.Count(t => t > now - (10 * Second)));
                Assert.True(retries.Count(t => t > from) <= most + 1e-6);
            }
        }

        Assert.True(retries.Count > 1_000);
    }

    [Fact]
    public async Task Workers_that_withdraw_at_once_share_one_budget()
    {
        var bucket = new RetryBudgetBucket(new RetryBudget(0.1, 0, TimeSpan.FromSeconds(10)), 4);
        for (int i = 0; i < 10_000; i++) bucket.Deposit(i % 4, Second);
        int[] taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Withdraw(bucket, Second))));
        Assert.Equal(1_000, taken.Sum());
    }

    private static int Withdraw(RetryBudgetBucket bucket, long now)
    {
        int count = 0;
        while (bucket.TryWithdraw(now)) count++;
        return count;
    }
}
