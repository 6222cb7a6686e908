using Linkerd.Http;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>
/// What HTTP peers were refused, per side and end: which limit was reached, and how many streams and connections ended for breaking
/// the protocol. The sessions count; this adds up when scraped. Only what has happened is written.
/// </summary>
public sealed class HttpLimitMetrics
{
    private static readonly MetricDescription s_limits = new("http_limit_reached_total", "counter", "Total count of limits reached by HTTP peers");
    private static readonly MetricDescription s_faults = new("http_protocol_errors_total", "counter", "Total count of HTTP streams and connections ended because the peer broke the protocol or a limit");

    private readonly IReadOnlyList<Worker> _workers;

    private HttpLimitMetrics(IReadOnlyList<Worker> workers) => _workers = workers;

    /// <summary>Adds the families of these workers to a registry.</summary>
    public static void Register(MetricRegistry registry, IReadOnlyList<Worker> workers)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.AddCollector(new HttpLimitMetrics(workers).Write, s_limits, s_faults);
    }

    /// <summary>Value of the label <c>limit</c>.</summary>
    public static string NameOf(HttpLimit limit) => limit switch
    {
        HttpLimit.HeadBytes => "head_bytes",
        HttpLimit.HeaderCount => "header_count",
        HttpLimit.TargetBytes => "target_bytes",
        HttpLimit.ChunkLineBytes => "chunk_line_bytes",
        HttpLimit.TrailerBytes => "trailer_bytes",
        HttpLimit.EmptyLines => "empty_lines",
        HttpLimit.DiscardedBody => "discarded_body",
        HttpLimit.HeaderListSize => "header_list_size",
        HttpLimit.HeaderBlockSize => "header_block_size",
        HttpLimit.ConcurrentStreams => "concurrent_streams",
        HttpLimit.RapidReset => "rapid_reset",
        HttpLimit.ContinuationFlood => "continuation_flood",
        HttpLimit.SettingsFlood => "settings_flood",
        HttpLimit.PingFlood => "ping_flood",
        HttpLimit.EmptyFrameFlood => "empty_frame_flood",
        HttpLimit.WindowUpdateFlood => "window_update_flood",
        HttpLimit.StreamFaults => "stream_faults",
        HttpLimit.ControlOutput => "control_output",
        HttpLimit.UnknownFrames => "unknown_frames",
        HttpLimit.HeadTime => "head_time",
        HttpLimit.BodyIdle => "body_idle",
        HttpLimit.SendStall => "send_stall",
        HttpLimit.OutputStall => "output_stall",
        _ => "none",
    };

    private void Write(MetricsWriter writer)
    {
        bool headed = false;
        for (HttpLimit limit = HttpLimit.HeadBytes; limit <= HttpLimit.OutputStall; limit++)
        {
            HttpLimit current = limit;
            Each(counters => counters.Reached(current), Labels.Of("limit", NameOf(limit)), s_limits, writer, ref headed);
        }

        headed = false;
        Each(static counters => counters.StreamFaults, Labels.Of("scope", "stream"), s_faults, writer, ref headed);
        Each(static counters => counters.ConnectionFaults, Labels.Of("scope", "connection"), s_faults, writer, ref headed);
    }

    private void Each(Func<HttpCounters, long> read, Labels labels, MetricDescription family, MetricsWriter writer, ref bool headed)
    {
        Sample(read, Direction.Inbound, clients: true, Labels.Of("direction", "inbound").And("peer", "src").And(labels), family, writer, ref headed);
        Sample(read, Direction.Inbound, clients: false, Labels.Of("direction", "inbound").And("peer", "dst").And(labels), family, writer, ref headed);
        Sample(read, Direction.Outbound, clients: true, Labels.Of("direction", "outbound").And("peer", "src").And(labels), family, writer, ref headed);
        Sample(read, Direction.Outbound, clients: false, Labels.Of("direction", "outbound").And("peer", "dst").And(labels), family, writer, ref headed);
        Sample(read, null, clients: false, Labels.Of("direction", "control").And(labels), family, writer, ref headed);
    }

    private void Sample(Func<HttpCounters, long> read, Direction? direction, bool clients, Labels labels, MetricDescription family, MetricsWriter writer, ref bool headed)
    {
        long sum = 0;
        foreach (Worker worker in _workers) sum += read(direction is { } side ? worker.HttpPeers.Of(side, clients) : worker.Http.Counters);
        if (sum == 0) return;
        if (!headed) writer.Family(family);
        headed = true;
        writer.Sample(family.Name, labels.Text, sum);
    }
}
