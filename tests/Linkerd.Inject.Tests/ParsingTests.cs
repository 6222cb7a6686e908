using Linkerd.Inject.Parsing;

namespace Linkerd.Inject.Tests;

public sealed class ParsingTests
{
    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("1h15m30.918s", 4_530_918)]
    [InlineData("0", 0)]
    [InlineData("-1.5h", -5_400_000)]
    [InlineData("300ms", 300)]
    [InlineData("1us", 0.001)]
    public void Durations(string text, double milliseconds)
    {
        Assert.True(GoDuration.TryParse(text, out var value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("1d")]
    [InlineData("1s2")]
    [InlineData("999999999999999999999999h")]
    public void No_durations(string text) => Assert.False(GoDuration.TryParse(text, out _));

    [Theory]
    [InlineData("100m", 1)]
    [InlineData("1", 1)]
    [InlineData("1500m", 2)]
    [InlineData("2.5", 3)]
    [InlineData("1e1", 10)]
    [InlineData("2k", 2000)]
    [InlineData("0", 0)]
    public void Whole_cores(string text, long cores)
    {
        Assert.True(Quantity.TryParse(text, out var value));
        Assert.Equal(cores, Quantity.ToWholeCores(value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("1x")]
    [InlineData("1KI")]
    [InlineData("1e99")]
    [InlineData("1 Gi")]
    public void No_quantities(string text) => Assert.False(Quantity.TryParse(text, out _));
}
