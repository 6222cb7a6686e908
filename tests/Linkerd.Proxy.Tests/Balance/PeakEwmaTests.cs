using Linkerd.Proxy.Balance;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Balance;

public sealed class PeakEwmaTests
{
    private const double Ms = 1e6;
    private const long Second = 1_000_000_000;

    [Fact]
    [Proves("6.10 ewma")]
    public void It_jumps_to_a_peak_at_once()
    {
        var ewma = new PeakEwma(30 * Ms, 10 * Second, 0);
        ewma.Observe(500 * Ms, 1);
        Assert.Equal(500 * Ms, ewma.At(1), 1.0);
    }

    [Fact]
    public void It_comes_down_over_the_decay_time()
    {
        var ewma = new PeakEwma(500 * Ms, 10 * Second, 0);
        ewma.Observe(10 * Ms, 10 * Second);
        double expected = (500 * Math.Exp(-1)) + (10 * (1 - Math.Exp(-1)));
        Assert.Equal(expected * Ms, ewma.At(10 * Second), 1.0);
    }

    [Fact]
    public void It_decays_without_measurements()
    {
        var ewma = new PeakEwma(500 * Ms, 10 * Second, 0);
        Assert.Equal(500 * Ms * Math.Exp(-2), ewma.At(20 * Second), 1.0);
    }

    [Fact]
    [Proves("6.10 ewma")]
    public void A_decay_of_zero_is_taken_as_a_millisecond()
    {
        var ewma = new PeakEwma(500 * Ms, 0, 0);
        Assert.Equal(500 * Ms * Math.Exp(-1), ewma.At(1_000_000), 1.0);
    }
}
