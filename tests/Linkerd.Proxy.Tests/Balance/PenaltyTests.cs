using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Balance;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Balance;

public sealed class PenaltyTests
{
    private const long Second = 1_000_000_000;
    private static readonly LoadPenalty s_policy = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(10));

    [Fact]
    public void A_failure_adds_the_penalty_which_decays()
    {
        var penalty = new PenaltyEstimate(s_policy);
        Assert.Equal(0, penalty.At(Second));
        penalty.OnFailure(Second, default);
        Assert.Equal(5e9, penalty.At(Second));
        Assert.Equal(5e9 / Math.E, penalty.At(11 * Second), 1.0);
        penalty.OnFailure(11 * Second, default);
        Assert.Equal(5e9, penalty.At(11 * Second));
    }

    [Fact]
    [Proves("6.10 penalty")]
    public void The_server_may_ask_for_more_within_bounds_but_not_for_less()
    {
        var penalty = new PenaltyEstimate(s_policy);
        penalty.OnFailure(0, TimeSpan.FromSeconds(60));
        Assert.Equal(60e9, penalty.At(0));
        penalty.OnFailure(0, TimeSpan.FromSeconds(1));
        Assert.Equal(60e9, penalty.At(0));
        penalty.OnFailure(0, TimeSpan.FromDays(1));
        Assert.Equal(300e9, penalty.At(0));
    }

    [Fact]
    public void Without_a_policy_nothing_is_added()
    {
        var penalty = new PenaltyEstimate(null);
        penalty.OnFailure(0, TimeSpan.FromSeconds(60));
        Assert.Equal(0, penalty.At(0));
    }

    [Theory]
    [InlineData("retry-after", "120", 120)]
    [InlineData("retry-after", "Sat, 21 Nov 2026 00:01:30 GMT", 90)]
    [InlineData("retry-after", "Sat, 21 Nov 2026 00:00:00 GMT", 0)]
    [InlineData("retry-after", "soon", 0)]
    [InlineData("retry-after", "-1", 0)]
    [InlineData("retry-after", "4000000000", 86_400)]
    [InlineData("grpc-retry-pushback-ms", "1500", 1.5)]
    [InlineData("grpc-retry-pushback-ms", "-1", -0.001)]
    [InlineData("grpc-retry-pushback-ms", "soon", -0.001)]
    [InlineData("x-other", "120", 0)]
    public void Hints_are_seconds_dates_or_milliseconds(string name, string value, double seconds)
    {
        var head = new HeaderBlock { Status = 503 };
        head.Add(System.Text.Encoding.ASCII.GetBytes(name), System.Text.Encoding.ASCII.GetBytes(value));
        Assert.Equal(seconds, RetryHint.Read(head, new FixedTime(new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero))).TotalSeconds);
    }

    [Theory]
    [InlineData(429, -1, true)]
    [InlineData(503, -1, true)]
    [InlineData(500, -1, true)]
    [InlineData(404, -1, false)]
    [InlineData(200, 8, true)]
    [InlineData(200, 7, false)]
    [InlineData(200, 0, false)]
    public void Overload_and_failure_are_penalized(int status, int grpc, bool expected) => Assert.Equal(expected, RetryHint.IsPenalized(status, grpc));

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
