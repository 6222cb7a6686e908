using Linkerd.Stats.Query;

namespace Linkerd.Stats.Tests;

public sealed class QueryParserTests
{
    [Theory]
    [InlineData("up")]
    [InlineData("sum(up) by (job)")]
    [InlineData("sum by (job, ns) (rate(x_total{a=\"b\",c!=\"d\",e=~\"f.*\",g!~\"\"}[5m]))")]
    [InlineData("histogram_quantile(0.99, sum(irate(b_bucket{le!=\"\"}[1m])) by (le))")]
    public void Understands(string query) => Assert.NotNull(QueryParser.Parse(query));

    [Theory]
    [InlineData("", "expected a metric")]
    [InlineData("sum(up", "expected ')'")]
    [InlineData("rate(up)", "needs a window")]
    [InlineData("up{a=b}", "expected a quoted value")]
    [InlineData("up{a=\"b}", "does not end")]
    [InlineData("up[1y]", "not a window")]
    [InlineData("up[0s]", "not a window")]
    [InlineData("up extra", "expected the end")]
    [InlineData("up{a=~\"(\"}", "not a regular expression")]
    [InlineData("up{a=~\"(a)\\\\1\"}", "not a regular expression")]
    [InlineData("histogram_quantile(x, up)", "expected the quantile")]
    public void Refuses_with_the_reason(string query, string reason) =>
        Assert.Contains(reason, Assert.Throws<QuerySyntaxException>(() => QueryParser.Parse(query)).Message, StringComparison.Ordinal);

    [Fact]
    public void Refuses_depth_and_length()
    {
        Assert.Throws<QuerySyntaxException>(() => QueryParser.Parse(string.Concat(Enumerable.Repeat("sum(", 40)) + "up" + new string(')', 40)));
        Assert.Throws<QuerySyntaxException>(() => QueryParser.Parse(new string('a', QueryParser.MaxLength + 1)));
    }

    [Theory]
    [InlineData("1m", 60)]
    [InlineData("1h30m", 5400)]
    [InlineData("1500ms", 1.5)]
    public void Reads_durations(string text, double seconds) => Assert.Equal(seconds, PromDuration.Parse(text)!.Value.TotalSeconds);
}
