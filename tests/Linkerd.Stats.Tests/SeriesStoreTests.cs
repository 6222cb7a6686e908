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
    public void What_is_recent_is_kept_in_full_and_what_is_older_by_the_step()
    {
        var store = new SeriesStore(new SeriesStoreOptions { BlockScrapes = 6, FineBlocks = 2, CoarseStep = TimeSpan.FromSeconds(30), Retention = TimeSpan.FromMinutes(10) });
        for (var i = 0; i < 30; i++)
            store.Ingest("a", Target, $"n {i}\n", i * 10_000);
        // 30 scrapes are five blocks: two are full, of the three before them every third scrape is left.
        Assert.Equal([2, 5, 8, 11, 14, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29], Values(store, "n"));
    }

    [Fact]
    public void What_is_older_than_the_retention_is_dropped()
    {
        var store = new SeriesStore(new SeriesStoreOptions { BlockScrapes = 6, FineBlocks = 1, CoarseStep = TimeSpan.FromSeconds(10), Retention = TimeSpan.FromHours(1) });
        for (var i = 0; i < 1000; i++)
            store.Ingest("a", Target, $"n {i}\n", i * 10_000);
        // Blocks of sixty samples are dropped whole: what is kept is an hour and less than one block more.
        Assert.InRange(Values(store, "n").Count, 360, 360 + 60 + 12);
    }

    [Fact]
    public void Metrics_that_nobody_asks_for_take_no_room_from_those_that_are_kept()
    {
        var store = new SeriesStore(new SeriesStoreOptions { SeriesPerTarget = 10, Keep = static metric => metric == "wanted" });
        for (var i = 0; i < 20; i++)
            store.Ingest("a", Target, $"other{{peer=\"{i}\"}} 1\nother{{peer=\"x{i}\"}} 1\n", (i + 1) * 10_000);
        store.Ingest("a", Target, "wanted 3\n", 210_000);
        Assert.Equal(3, Assert.Single(Ask(store, "wanted", 210_000)).Value);
        Assert.Equal(0, store.Dropped);
        Assert.Equal(1, store.SeriesCount);
    }

    [Fact]
    public void A_target_that_is_long_gone_gives_way_to_one_that_runs()
    {
        var store = new SeriesStore(new SeriesStoreOptions { Targets = 2 });
        store.Ingest("gone", LabelSet.Of([new("pod", "gone")]), "n 1\n", 10_000);
        store.Ingest("runs", LabelSet.Of([new("pod", "runs")]), "n 1\n", 600_000);
        store.Ingest("new", LabelSet.Of([new("pod", "new")]), "n 1\n", 600_000);
        Assert.Equal(["new", "runs"], Ask(store, "n", 600_000).Select(static s => s.Labels["pod"]).Order());
        // Both are scraped: no room is made.
        store.Ingest("third", LabelSet.Of([new("pod", "third")]), "n 1\n", 610_000);
        Assert.Equal(1, store.Dropped);
    }

    [Fact]
    public void A_series_that_comes_later_has_no_past()
    {
        var store = new SeriesStore(new SeriesStoreOptions { BlockScrapes = 4, FineBlocks = 2, CoarseStep = TimeSpan.FromSeconds(20) });
        for (var i = 0; i < 40; i++)
            store.Ingest("a", Target, i < 22 ? "old 1\n" : $"old 1\nnew {i}\n", i * 10_000);
        var seen = Values(store, "new");
        Assert.Equal(23, seen[0]);
        Assert.Equal(39, seen[^1]);
    }

    [Fact]
    public void A_query_ends_when_it_is_cancelled()
    {
        var store = new SeriesStore(new SeriesStoreOptions());
        store.Ingest("a", Target, "n 1\n", 1000);
        using var gone = new CancellationTokenSource();
        gone.Cancel();
        Assert.Throws<OperationCanceledException>(() => store.Select("n", [], 0, 2000, (_, _) => { }, gone.Token));
    }

    private static List<double> Values(SeriesStore store, string metric)
    {
        var seen = new List<double>();
        store.Select(metric, [], 0, long.MaxValue, (_, points) => seen.AddRange(points.ToArray().Select(p => p.Value).Where(v => !double.IsNaN(v))));
        return seen;
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
    public void Series_silent_for_the_whole_retention_make_room()
    {
        var store = new SeriesStore(new SeriesStoreOptions { BlockScrapes = 4, FineBlocks = 1, CoarseStep = TimeSpan.FromSeconds(1), Retention = TimeSpan.FromSeconds(100) });
        store.Ingest("a", Target, "old 1\n", 1000);
        for (var i = 2; i < 400; i++)
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
