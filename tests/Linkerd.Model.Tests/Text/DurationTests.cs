namespace Linkerd.Model.Tests.Text;

/// <summary>The two ways in which durations are written: Go's, and that of the proxy's environment.</summary>
public sealed class DurationTests
{
    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("1h15m30.918s", 4_530_918)]
    [InlineData("24h0m0s", 86_400_000)]
    [InlineData("0", 0)]
    [InlineData("-1.5h", -5_400_000)]
    [InlineData("+1s", 1_000)]
    [InlineData("300ms", 300)]
    [InlineData("1us", 0.001)]
    [InlineData("1µs", 0.001)]
    public void Go_durations(string text, double milliseconds)
    {
        Assert.True(GoDuration.TryParse(text, out TimeSpan value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("1d")]
    [InlineData("1s2")]
    [InlineData("1.2.3s")]
    [InlineData("999999999999999999999999h")]
    [InlineData("9223372037s")]
    public void No_Go_durations(string? text) => Assert.False(GoDuration.TryParse(text, out _));

    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("100ms", 100)]
    [InlineData(" 2m ", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("2d", 172_800_000)]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    public void Durations_with_one_unit(string text, double milliseconds)
    {
        Assert.True(UnitDuration.TryParse(text, out TimeSpan value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("-1s")]
    [InlineData("1.5s")]
    [InlineData("1m30s")]
    [InlineData("s")]
    [InlineData("99999999999999999999d")]
    public void No_durations_with_one_unit(string? text) => Assert.False(UnitDuration.TryParse(text, out _));
}
