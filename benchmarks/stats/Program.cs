using System.Diagnostics;
using System.Globalization;
using Linkerd.Stats;
using Linkerd.Stats.Benchmark;
using Linkerd.Stats.Reports;
using Linkerd.Stats.Store;

// What the embedded source weighs, and how fast it answers. Arguments: proxies (500), workloads (200), hours (6).
// Beside the time on the clock stands the CPU time, which says what it would be on a machine that does nothing else.
var proxies = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 500;
var workloads = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 200;
var hours = args.Length > 2 ? double.Parse(args[2], CultureInfo.InvariantCulture) : 6;
const int interval = 10_000;
var rounds = (int)(hours * 3_600_000 / interval);
var start = 1_700_000_000_000L;

var store = new SeriesStore(new SeriesStoreOptions());
await MeasureAsync($"ingest of {(long)proxies * rounds} scrapes", () =>
{
    // As the scraper does, several at once.
    Parallel.For(0, proxies, new ParallelOptions { MaxDegreeOfParallelism = 4 }, proxy =>
    {
        var fake = new FakeProxy(proxy, proxy % workloads, workloads);
        for (var round = 0; round < rounds; round++)
            store.Ingest(fake.Id, fake.Labels, fake.Scrape(round), start + ((long)round * interval));
    });
    return Task.FromResult(proxies * rounds);
});
GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
Console.WriteLine($"proxies {proxies}, series {store.SeriesCount}, scrapes {rounds}");
Console.WriteLine($"heap {GC.GetTotalMemory(true) / 1048576.0:0.0} MiB, {GC.GetTotalMemory(false) / (double)store.SeriesCount:0} B a series, resident {Environment.WorkingSet / 1048576.0:0} MiB");

var clock = new FixedTime(start + ((rounds - 1L) * interval));
var source = new EmbeddedMetricsSource(store, clock);
var fakes = new FakeWorkloads(workloads);
var overview = new OverviewReport(source, fakes, clock);
var stat = new StatReport(source, fakes);
for (var i = 0; i < 16; i++)
{
    // A second later is a new question; the sparks' steps are still the same.
    await MeasureAsync($"overview {(i == 0 ? "cold" : "warm")}", async () => (await overview.RunAsync("", TimeSpan.FromMinutes(1), sparks: true, CancellationToken.None)).Workloads.Count);
    clock.Advance(1000);
}

for (var i = 0; i < 6; i++)
{
    await MeasureAsync("stat deploy -A", async () => (await stat.RunAsync(new StatRequest { Target = new ResourceRef(ResourceKind.Find("deploy")!, null, "") }, CancellationToken.None)).Count);
    clock.Advance(1000);
}

await MeasureAsync($"p99 of one workload over {hours} h by the minute", async () => (await new TimeSeriesReport(source, clock).RunAsync(
    new ResourceRef(ResourceKind.Find("deploy")!, "app-1", "ns-1"), SeriesMetric.P99, TimeSpan.FromHours(Math.Min(6, hours)), TimeSpan.FromMinutes(1), CancellationToken.None)).Count);

static async Task MeasureAsync(string what, Func<Task<int>> work)
{
    var (cpu, watch) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
    var count = await work();
    Console.WriteLine($"{what}: {watch.Elapsed.TotalMilliseconds:0.0} ms, CPU {(Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds:0.0} ms, {count}");
}
