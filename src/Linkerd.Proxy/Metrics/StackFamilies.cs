using Linkerd.Telemetry;

namespace Linkerd.Proxy.Metrics;

/// <summary>
/// The <c>stack_*</c> families. A "service" is a stage that is built for one target (a balancer, an endpoint, a port); a "poll" is one
/// request or connection that a stage is asked to take.
/// </summary>
public sealed class StackFamilies
{
    public StackFamilies(MetricRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        Created = registry.Counter("stack_create_total", "Total number of services created");
        Dropped = registry.Counter("stack_drop_total", "Total number of services dropped");
        Polls = registry.Counter("stack_poll_total", "Total number of stack polls");
        PollMillis = registry.Counter("stack_poll_total_ms", "Total number of milliseconds this service has spent awaiting readiness");
    }

    public MetricFamily<Counter> Created { get; }

    public MetricFamily<Counter> Dropped { get; }

    public MetricFamily<Counter> Polls { get; }

    public MetricFamily<Counter> PollMillis { get; }
}
