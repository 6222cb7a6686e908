using Linkerd.Model;
using Linkerd.Proxy.Authorize;
using Linkerd.Proxy.Errors;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Authorize;

public sealed class LocalRateLimiterTests
{
    private const long Now = 1_000_000_000;
    private static readonly Meta s_meta = new("policy.linkerd.io", "httplocalratelimitpolicy", "limit");

    [Fact]
    public void The_total_holds_for_all_clients_together()
    {
        var limiter = new LocalRateLimiter(new LocalRateLimit { Meta = s_meta, Total = 5 });
        Assert.Equal(3, Take(limiter, new RateLimitClient("a.example"), 3));
        Assert.Equal(2, Take(limiter, new RateLimitClient("b.example"), 10));
        Assert.False(limiter.TryTake(new RateLimitClient(null), Now, out RateLimitScope scope, out ProxyError refusal));
        Assert.Equal((RateLimitScope.Total, ProxyErrorKind.RateLimited, "total rate limit exceeded: 5rps"), (scope, refusal.Kind, refusal.Message));
    }

    [Fact]
    [Proves("6.13 rate limit")]
    public void Each_identity_has_its_own_limit_and_clients_without_one_share_theirs()
    {
        var limiter = new LocalRateLimiter(new LocalRateLimit { Meta = s_meta, Identity = 4 });
        Assert.Equal(4, Take(limiter, new RateLimitClient("a.example"), 10));
        Assert.Equal(4, Take(limiter, new RateLimitClient("b.example"), 10));
        Assert.Equal(3, Take(limiter, new RateLimitClient(null), 3));
        Assert.Equal(1, Take(limiter, new RateLimitClient(null), 10));
        // A second connection of the same client finds the same bucket.
        Assert.Equal(0, Take(limiter, new RateLimitClient("a.example"), 10));
        Assert.False(limiter.TryTake(new RateLimitClient("a.example"), Now, out RateLimitScope scope, out ProxyError refusal));
        Assert.Equal((RateLimitScope.Identity, "per-identity rate limit exceeded: 4rps"), (scope, refusal.Message));
    }

    [Fact]
    public void An_override_stands_for_the_limit_per_identity_and_is_shared_by_those_it_names()
    {
        var limiter = new LocalRateLimiter(new LocalRateLimit { Meta = s_meta, Identity = 1, Overrides = [new RateLimitOverride(6, ["A.example", "spiffe://td/b"])] });
        Assert.Equal(4, Take(limiter, new RateLimitClient("a.example"), 4));
        Assert.Equal(2, Take(limiter, new RateLimitClient("spiffe://td/b"), 10));
        Assert.Equal(1, Take(limiter, new RateLimitClient("c.example"), 10));
    }

    [Fact]
    public void The_total_counts_for_overrides_too()
    {
        var limiter = new LocalRateLimiter(new LocalRateLimit { Meta = s_meta, Total = 3, Overrides = [new RateLimitOverride(100, ["a.example"])] });
        Assert.Equal(3, Take(limiter, new RateLimitClient("a.example"), 10));
    }

    [Fact]
    public void Limits_of_zero_are_none()
    {
        var limiter = new LocalRateLimiter(new LocalRateLimit { Meta = s_meta, Total = 0, Identity = 0, Overrides = [new RateLimitOverride(0, ["a.example"])] });
        Assert.Equal(1_000, Take(limiter, new RateLimitClient("a.example"), 1_000));
        Assert.Equal(1_000, Take(limiter, new RateLimitClient(null), 1_000));
    }

    [Fact]
    public void What_was_counted_survives_an_update_that_leaves_the_limit_alone()
    {
        static LocalRateLimit Limit(uint identity) => new() { Meta = s_meta, Identity = identity, Overrides = [new RateLimitOverride(7, ["a.example"])] };
        LocalRateLimiter first = LocalRateLimiter.For(Limit(2), null)!;
        Assert.Equal(2, Take(first, new RateLimitClient("b.example"), 10));
        Assert.Same(first, LocalRateLimiter.For(Limit(2), first));
        LocalRateLimiter changed = LocalRateLimiter.For(Limit(3), first)!;
        Assert.NotSame(first, changed);
        Assert.Equal(3, Take(changed, new RateLimitClient("b.example"), 10));
        Assert.Null(LocalRateLimiter.For(null, changed));
    }

    [Fact]
    public void A_connection_follows_a_new_limiter()
    {
        var client = new RateLimitClient("a.example");
        Assert.Equal(1, Take(new LocalRateLimiter(new LocalRateLimit { Meta = s_meta, Identity = 1 }), client, 10));
        Assert.Equal(5, Take(new LocalRateLimiter(new LocalRateLimit { Meta = s_meta, Identity = 5 }), client, 10));
    }

    [Fact]
    public void Buckets_are_bounded_idle_ones_make_room_and_whoever_held_one_finds_the_new_one()
    {
        var limiter = new LocalRateLimiter(new LocalRateLimit { Meta = s_meta, Identity = 1 });
        var held = new RateLimitClient("client-0.example");
        Assert.True(limiter.TryTake(held, Now, out _, out _));
        for (int i = 1; i < LocalRateLimiter.MaxIdentities; i++) Assert.True(limiter.TryTake(new RateLimitClient($"client-{i}.example"), Now, out _, out _));
        // All are in use: the next ones share the bucket of the unauthenticated.
        Assert.True(limiter.TryTake(new RateLimitClient("late-1.example"), Now, out _, out _));
        Assert.False(limiter.TryTake(new RateLimitClient("late-2.example"), Now, out _, out _));

        // Two seconds later all are idle and forgotten: one bucket again for one identity, whichever connection asks.
        const long Later = Now + 2_000_000_000;
        Assert.True(limiter.TryTake(new RateLimitClient("late-3.example"), Later, out _, out _));
        Assert.True(limiter.TryTake(new RateLimitClient("client-0.example"), Later, out _, out _));
        Assert.False(limiter.TryTake(held, Later, out _, out _));
    }

    private static int Take(LocalRateLimiter limiter, RateLimitClient client, int times)
    {
        int taken = 0;
        for (int i = 0; i < times; i++)
        {
            if (limiter.TryTake(client, Now, out _, out _)) taken++;
        }

        return taken;
    }
}
