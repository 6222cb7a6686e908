using System.Buffers;
using System.Text;

namespace Linkerd.Telemetry.Tests;

public sealed class MetricsTextTests
{
    private static string Text(MetricRegistry registry)
    {
        var output = new ArrayBufferWriter<byte>();
        registry.WriteText(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    [Fact]
    public void Cells_of_all_writers_are_summed()
    {
        var registry = new MetricRegistry(2);
        Counter counter = registry.Counter("request_total", "Requests.").With(Labels.Of("direction", "inbound").And("tls", "true"));
        counter.For(0).Increment();
        counter.For(1).Add(41);
        Assert.Equal("# HELP request_total Requests.\n# TYPE request_total counter\nrequest_total{direction=\"inbound\",tls=\"true\"} 42\n", Text(registry));
    }

    [Fact]
    public void Label_values_are_escaped()
    {
        var registry = new MetricRegistry(1);
        registry.Gauge("g", "A\nb\\c").With(Labels.Of("v", "q\"b\\n\nend")).For(0).Set(-3);
        Assert.Equal("# HELP g A\\nb\\\\c\n# TYPE g gauge\ng{v=\"q\\\"b\\\\n\\nend\"} -3\n", Text(registry));
    }

    [Fact]
    public void Histograms_are_cumulative()
    {
        var registry = new MetricRegistry(2);
        Histogram histogram = registry.Histogram("h", "H.", [1, 2.5]).With(Labels.Of("a", "b"));
        histogram.For(0).Observe(1);
        histogram.For(1).Observe(2);
        histogram.For(1).Observe(9);
        Assert.Equal(
            "# HELP h H.\n# TYPE h histogram\nh_bucket{a=\"b\",le=\"1\"} 1\nh_bucket{a=\"b\",le=\"2.5\"} 2\nh_bucket{a=\"b\",le=\"+Inf\"} 3\nh_sum{a=\"b\"} 12\nh_count{a=\"b\"} 3\n",
            Text(registry));
    }

    [Fact]
    public void The_same_labels_give_the_same_series()
    {
        var family = new MetricRegistry(1).Counter("c", "C.");
        Assert.Same(family.With(Labels.Of("a", "1")), family.With(Labels.Of("a", "1")));
        Assert.NotSame(family.With(Labels.Of("a", "1")), family.With(Labels.Of("a", "2")));
    }

    [Fact]
    public void An_idle_series_disappears_and_a_later_increment_brings_it_back()
    {
        var time = new StepTime();
        var registry = new MetricRegistry(1, TimeSpan.FromMinutes(10), time);
        Counter counter = registry.Counter("c", "C.").With(Labels.Of("a", "1"));
        counter.For(0).Increment();
        Assert.Contains("c{a=\"1\"} 1", Text(registry));
        time.Advance(TimeSpan.FromMinutes(9));
        Assert.Contains("c{a=\"1\"} 1", Text(registry));
        time.Advance(TimeSpan.FromMinutes(2));
        Text(registry);
        Assert.Empty(Text(registry));
        counter.For(0).Increment();
        Assert.Contains("c{a=\"1\"} 2", Text(registry));
    }

    [Fact]
    public void Idle_series_that_nobody_holds_are_forgotten_although_nobody_reads_the_text()
    {
        var time = new StepTime();
        var registry = new MetricRegistry(1, TimeSpan.FromMinutes(10), time);
        MetricFamily<Counter> family = registry.Counter("c", "C.");
        WeakReference series = Count(family);
        registry.Expire();
        GC.Collect();
        Assert.True(series.IsAlive);
        time.Advance(TimeSpan.FromMinutes(11));
        registry.Expire();
        GC.Collect();
        Assert.False(series.IsAlive);
        registry.Expire();
        Assert.Empty(Text(registry));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference Count(MetricFamily<Counter> family)
        {
            Counter counter = family.With(Labels.Of("a", "1"));
            counter.For(0).Increment();
            return new WeakReference(counter);
        }
    }

    [Fact]
    public void A_gauge_that_is_not_zero_stays()
    {
        var time = new StepTime();
        var registry = new MetricRegistry(1, TimeSpan.FromMinutes(10), time);
        registry.Gauge("g", "G.").Single().For(0).Increment();
        Text(registry);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Contains("g 1", Text(registry));
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        var registry = new MetricRegistry(1);
        Cell cell = registry.Counter("c", "C.").Single().For(0);
        HistogramCell histogram = registry.Histogram("h", "H.", [1, 2]).Single().For(0);
        cell.Increment();
        histogram.Observe(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            cell.Increment();
            histogram.Observe(i);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private sealed class StepTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
