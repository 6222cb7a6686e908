using System.Collections.Concurrent;
using Linkerd.Kubernetes;

namespace Linkerd.Controller.Common.Kubernetes;

/// <summary>How far behind the API server a component's informers are.</summary>
internal sealed class InformerMetrics(MetricRegistry registry)
{
    private static readonly double[] s_buckets = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000];

    private readonly ConcurrentDictionary<string, HistogramCell> _lag = [];

    /// <summary>Shows the lag of a resource from the start on.</summary>
    public void Declare(params ReadOnlySpan<string> resources)
    {
        foreach (var resource in resources)
            Lag(resource);
    }

    /// <summary>Takes note of a change that was seen so long after it happened. Clocks differ: what seems to come early counts as no lag.</summary>
    public void Seen(GroupVersionResource resource, TimeSpan ago) => Lag(resource.Resource).Observe(Math.Max(0, ago.TotalSeconds));

    // Of all resources the original names this one in the singular.
    private HistogramCell Lag(string resource) => _lag.GetOrAdd(
        resource == "externalworkloads" ? "externalworkload" : resource,
        name => registry.Histogram($"{name}_informer_lag_seconds", $"The amount of time between when a {name} resource is updated and when an informer observes it", s_buckets).With());
}
