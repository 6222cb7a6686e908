using Linkerd.Inject.Parsing;

namespace Linkerd.Inject.Tests;

public sealed class ParsingTests
{
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
