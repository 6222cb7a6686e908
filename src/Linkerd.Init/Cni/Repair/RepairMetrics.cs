using System.Buffers;
using System.Text;
using Linkerd.Telemetry;

namespace Linkerd.Init.Cni.Repair;

/// <summary>What the repair controller counts; one thread writes at a time.</summary>
internal sealed class RepairMetrics
{
    private const string Prefix = "linkerd_cni_repair_controller_";

    private static readonly double[] s_bounds = [0.01, 0.1, 0.25, 0.5, 1.0];

    private readonly MetricRegistry _registry = new(writers: 2);

    public RepairMetrics()
    {
        // The queue is filled by the watch and emptied by the worker: two writers, each with its own cells.
        QueueOverflow = Counter("queue_overflow", "Pods that were not repaired because too many were waiting.", writer: 1);
        PodsDeleted = Counter("pods_deleted", "Pods that were deleted.");
        DeleteErrors = Counter("pods_delete_errors", "Deletions that the API server refused.");
        DeleteTimeouts = Counter("pods_delete_timeout", "Deletions that were not answered in time.");
        EventErrors = Counter("events_publish_errors", "Events that the API server refused.");
        EventTimeouts = Counter("events_publish_timeouts", "Events that were not answered in time.");
        DeleteLatency = Latency("pods_delete_latency_seconds", "Time that deletions took.");
        EventLatency = Latency("events_publish_latency_seconds", "Time that publishing events took.");
    }

    public Cell QueueOverflow { get; }

    public Cell PodsDeleted { get; }

    public Cell DeleteErrors { get; }

    public Cell DeleteTimeouts { get; }

    public Cell EventErrors { get; }

    public Cell EventTimeouts { get; }

    public HistogramCell DeleteLatency { get; }

    public HistogramCell EventLatency { get; }

    /// <summary>The page, in the Prometheus text format.</summary>
    public string Text()
    {
        var text = new ArrayBufferWriter<byte>();
        _registry.WriteText(text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private Cell Counter(string name, string help, int writer = 0) => _registry.Counter(Prefix + name + "_total", help).With(Labels.Empty).For(writer);

    private HistogramCell Latency(string name, string help) => _registry.Histogram(Prefix + name, help, s_bounds).With(Labels.Empty).For(0);
}
