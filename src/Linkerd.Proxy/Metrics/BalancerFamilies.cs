using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>The families of one kind of balancer, such as <c>outbound_http_balancer_*</c>.</summary>
public sealed class BalancerFamilies
{
    private static readonly double[] s_latency = [0.0005, 0.005, 0.05, 0.5, 1, 3];

    /// <param name="registry">Where they are registered.</param>
    /// <param name="prefix">Such as <c>outbound_http</c>.</param>
    public BalancerFamilies(MetricRegistry registry, string prefix)
    {
        ArgumentNullException.ThrowIfNull(registry);
        string name = prefix + "_balancer_";
        Endpoints = registry.MaxGauge(name + "endpoints", "The number of endpoints currently in a balancer, by state");
        P2cEndpoints = registry.MaxGauge(name + "p2c_endpoints", "The number of endpoints currently in the balancer");
        P2cUpdates = registry.Counter(name + "p2c_updates_total", "The total number of service discovery updates received by a balancer");
        QueueLength = registry.Gauge(name + "queue_length", "The current count of requests waiting in the queue");
        QueueRequests = registry.Counter(name + "queue_requests_total", "The total number of requests that have entered the queue");
        QueueLatency = registry.Histogram(name + "queue_latency_seconds", "The distribution of durations that requests have spent in the queue", s_latency);
        GateOpen = registry.Counter(name + "queue_gate_open_total", "The total number of gate state changes to open");
        GateShut = registry.Counter(name + "queue_gate_shut_total", "The total number of gate state changes from open to shut");
        GateOpenTime = registry.MaxGauge(name + "queue_gate_open_time_seconds", "The time at which the gate was opened, in seconds since the UNIX epoch; 0 while it is shut");
        GateShutTime = registry.MaxGauge(name + "queue_gate_shut_time_seconds", "The time at which the gate was shut, in seconds since the UNIX epoch; 0 while it is open");
        GateTimeout = registry.MaxGauge(name + "queue_gate_timeout_seconds", "The time without a ready endpoint after which the gate shuts and requests fail fast");
    }

    public MetricFamily<MaxGauge> Endpoints { get; }

    public MetricFamily<MaxGauge> P2cEndpoints { get; }

    public MetricFamily<Counter> P2cUpdates { get; }

    public MetricFamily<Gauge> QueueLength { get; }

    public MetricFamily<Counter> QueueRequests { get; }

    public MetricFamily<Histogram> QueueLatency { get; }

    public MetricFamily<Counter> GateOpen { get; }

    public MetricFamily<Counter> GateShut { get; }

    public MetricFamily<MaxGauge> GateOpenTime { get; }

    public MetricFamily<MaxGauge> GateShutTime { get; }

    public MetricFamily<MaxGauge> GateTimeout { get; }
}
