using Linkerd.Stats.Query;
using Linkerd.Stats.Store;

namespace Linkerd.Stats.Tests;

public sealed class SeriesStoreTests
{
    private static readonly LabelSet Target = LabelSet.Of([new("pod", "web-1")]);

    [Fact]
    public void A_series_that_a_scrape_no_longer_shows_is_stale_at_once()
    {
        var store = new SeriesStore(new SeriesStoreOptions());
        store.Ingest("a", Target, "open{peer=\"src\"} 3\n", 10_000);
        Assert.Equal(3, Assert.Single(Ask(store, "open", 12_000)).Value);
        store.Ingest("a", Target, "other 1\n", 20_000);
        Assert.Empty(Ask(store, "open", 22_000));
    }

    [Fact]
    public void A_gone_target_is_stale_but_its_past_can_be_asked_for()
    {
        var store = new SeriesStore(new SeriesStoreOptions());
        for (var i = 0; i < 6; i++)
            store.Ingest("a", Target, $"requests_total {i * 10}\n", i * 10_000);
        store.MarkStale("a", 60_000);
        Assert.Empty(Ask(store, "requests_total", 61_000));
        Assert.NotEmpty(Ask(store, "increase(requests_total[1m])", 61_000));
    }

    [Fact]
    public void Rings_keep_the_last_scrapes_only()
    {
        var store = new SeriesStore(new SeriesStoreOptions { Scrapes = 5 });
        for (var i = 0; i < 23; i++)
            store.Ingest("a", Target, $"n {i}\n", i * 1000);
        var seen = new List<double>();
        store.Select("n", [], 0, 100_000, (_, points) => seen.AddRange(points.ToArray().Select(p => p.Value)));
        Assert.Equal([18, 19, 20, 21, 22], seen);
    }

    [Fact]
    public void Bounds_hold_and_are_counted()
    {
        var store = new SeriesStore(new SeriesStoreOptions { SeriesPerTarget = 10, Targets = 2 });
        store.Ingest("a", Target, string.Concat(Enumerable.Range(0, 50).Select(i => $"m{{i=\"{i}\"}} 1\n")), 1000);
        Assert.Equal(10, store.SeriesCount);
        Assert.Equal(40, store.Dropped);
        store.Ingest("b", Target, "m 1\n", 1000);
        store.Ingest("c", Target, "m 1\n", 1000);
        Assert.Equal(41, store.Dropped);
    }

    [Fact]
    public void Series_silent_for_a_whole_ring_make_room()
    {
        var store = new SeriesStore(new SeriesStoreOptions { Scrapes = 4 });
        store.Ingest("a", Target, "old 1\n", 1000);
        for (var i = 2; i < 14; i++)
            store.Ingest("a", Target, "new 1\n", i * 1000);
        Assert.Equal(1, store.SeriesCount);
    }

    [Fact]
    public void Unwanted_metrics_cost_no_ring_and_are_not_found()
    {
        var store = new SeriesStore(new SeriesStoreOptions { Keep = name => name == "wanted" });
        store.Ingest("a", Target, "wanted 1\nunwanted 2\n", 1000);
        store.Ingest("a", Target, "wanted 1\nunwanted 2\n", 2000);
        Assert.Single(Ask(store, "wanted", 3000));
        Assert.Empty(Ask(store, "unwanted", 3000));
    }

    [Theory]
    [InlineData("# HELP x y")]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("x{")]
    [InlineData("x{a=\"b\"")]
    [InlineData("x{a=\"b\"} ")]
    [InlineData("x{a=\"b\"} notanumber")]
    [InlineData("x{a=b} 1")]
    [InlineData("{a=\"b\"} 1")]
    public void Lines_that_are_no_samples_are_passed_over(string line)
    {
        var store = new SeriesStore(new SeriesStoreOptions());
        store.Ingest("a", Target, line + "\ngood 1\n", 1000);
        Assert.Single(Ask(store, "good", 1000));
    }

    [Fact]
    public void Label_values_are_unescaped_and_may_hold_braces()
    {
        var store = new SeriesStore(new SeriesStoreOptions());
        store.Ingest("a", Target, "x{path=\"/a}{\\\"b\\\\c\\n\"} 7 1700000000\n", 1000);
        var sample = Assert.Single(Ask(store, "x", 1000));
        Assert.Equal("/a}{\"b\\c\n", sample.Labels["path"]);
        Assert.Equal(7, sample.Value);
    }

    private static IReadOnlyList<VectorSample> Ask(SeriesStore store, string query, long nowMs) =>
        new Evaluator(store).Evaluate(QueryParser.Parse(query), nowMs);
}
