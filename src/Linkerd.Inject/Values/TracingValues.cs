namespace Linkerd.Inject.Values;

/// <summary>Distributed tracing in proxies. Off by default.</summary>
public sealed record TracingValues
{
    /// <summary>Whether spans are sent. Default false.</summary>
    public bool Enabled { get; init; }

    /// <summary>Span protocol. Default opentelemetry.</summary>
    public string Protocol { get; init; } = "opentelemetry";

    /// <summary>Service name of the proxies' spans. Default linkerd-proxy.</summary>
    public string TraceServiceName { get; init; } = "linkerd-proxy";

    /// <summary>Resource attributes; values may use the pod's downward variables.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["k8s.container.name"] = "$(_pod_containerName)",
        ["k8s.pod.ip"] = "$(_pod_ip)",
        ["k8s.pod.uid"] = "$(_pod_uid)",
    };

    /// <summary>Where to.</summary>
    public CollectorValues Collector { get; init; } = new();
}
