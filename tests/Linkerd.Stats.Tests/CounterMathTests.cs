using Linkerd.Stats.Query;
using Linkerd.Stats.Store;

namespace Linkerd.Stats.Tests;

public sealed class CounterMathTests
{
    [Fact]
    public void Increase_adds_back_what_a_restart_took()
    {
        Point[] points = [new(0, 100), new(10_000, 110), new(20_000, 5), new(30_000, 15)];
        // 10 before the restart, 5 after it, 10 more: samples reach both ends of the window.
        Assert.Equal(25, CounterMath.Increase(points, 0, 30_000)!.Value, 6);
    }

    [Fact]
    public void One_sample_says_nothing()
    {
        Assert.Null(CounterMath.Increase([new Point(0, 1)], 0, 60_000));
        Assert.Null(CounterMath.InstantRate([new Point(0, 1)]));
    }

    [Fact]
    public void A_quantile_is_interpolated_inside_its_bucket() =>
        Assert.Equal(3.5, CounterMath.Quantile(0.5, [(1, 0), (2, 0), (3, 0), (4, 10), (double.PositiveInfinity, 10)]), 9);

    [Fact]
    public void A_quantile_in_the_last_bucket_is_its_lower_bound() =>
        Assert.Equal(50_000, CounterMath.Quantile(0.99, [(40_000, 0), (50_000, 1), (double.PositiveInfinity, 100)]));

    [Fact]
    public void No_observation_has_no_quantile()
    {
        Assert.True(double.IsNaN(CounterMath.Quantile(0.5, [(1, 0), (double.PositiveInfinity, 0)])));
        Assert.True(double.IsNaN(CounterMath.Quantile(0.5, [(1, 3), (2, 3)])));
    }
}
