using System.Diagnostics;
using System.Globalization;
using Linkerd.Stats;
using Linkerd.Stats.Benchmark;
using Linkerd.Stats.Reports;
using Linkerd.Stats.Store;

// What the embedded source weighs, and how fast it answers. Arguments: proxies (500), workloads (200), hours (6).
var proxies = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 500;
var workloads = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 200;
var hours = args.Length > 2 ? double.Parse(args[2], CultureInfo.InvariantCulture) : 6;
const int interval = 10_000;
var rounds = (int)(hours * 3_600_000 / interval);
var start = 1_700_000_000_000L;

var store = new SeriesStore(new SeriesStoreOptions());
var watch = Stopwatch.StartNew();
for (var proxy = 0; proxy < proxies; proxy++)
{
    var fake = new FakeProxy(proxy, proxy % workloads, workloads);
    for (var round = 0; round < rounds; round++)
        store.Ingest(fake.Id, fake.Labels, fake.Scrape(round), start + ((long)round * interval));
}

var perScrape = watch.Elapsed.TotalMicroseconds / ((double)proxies * rounds);
GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
Console.WriteLine($"proxies {proxies}, series {store.SeriesCount}, scrapes {rounds}");
Console.WriteLine($"heap {GC.GetTotalMemory(true) / 1048576.0:0.0} MiB, {GC.GetTotalMemory(false) / (double)store.SeriesCount:0} B a series");
Console.WriteLine($"ingest {perScrape:0} us a scrape");

var clock = new FixedTime(start + ((rounds - 1L) * interval));
var source = new EmbeddedMetricsSource(store, clock);
var report = new OverviewReport(source, new FakeWorkloads(workloads), clock);
for (var i = 0; i < 4; i++)
{
    // A second later is a new question; the sparks' steps are still the same.
    watch.Restart();
    var overview = await report.RunAsync("", TimeSpan.FromMinutes(1), sparks: true, CancellationToken.None);
    Console.WriteLine($"overview {(i == 0 ? "cold" : "warm")} {watch.Elapsed.TotalMilliseconds:0.0} ms, {overview.Workloads.Count} workloads");
    if (i > 0)
        clock.Advance(1000);
}

var stat = new StatReport(source, new FakeWorkloads(workloads));
for (var i = 0; i < 4; i++)
{
    watch.Restart();
    var rows = await stat.RunAsync(new StatRequest { Target = new ResourceRef(ResourceKind.Find("deploy")!, null, "") }, CancellationToken.None);
    Console.WriteLine($"stat of all deployments {(i == 0 ? "cold" : "warm")} {watch.Elapsed.TotalMilliseconds:0.0} ms, {rows.Count} rows");
    clock.Advance(1000);
}

watch.Restart();
await new TimeSeriesReport(source, clock).RunAsync(new ResourceRef(ResourceKind.Find("deploy")!, "app-1", "ns-1"), SeriesMetric.P99, TimeSpan.FromHours(Math.Min(6, hours)), TimeSpan.FromMinutes(1), CancellationToken.None);
Console.WriteLine($"p99 of one workload over {hours} h by the minute {watch.Elapsed.TotalMilliseconds:0.0} ms");
