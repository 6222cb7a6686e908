using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Linkerd.Inject.Values;

/// <summary>What a proxy container is made from; names and defaults of the chart's <c>proxy</c> block.</summary>
public sealed record ProxyValues
{
    /// <summary>Image of the proxy, its init container and its helpers.</summary>
    public ImageValues Image { get; init; } = new() { Name = "ghcr.io/linkerd-cs/proxy" };

    /// <summary>Ports.</summary>
    public PortValues Ports { get; init; } = new();

    /// <summary>Fixed number of workers; 0 leaves it to <see cref="Runtime"/>.</summary>
    public long Cores { get; init; }

    /// <summary>Worker threads.</summary>
    public RuntimeValues Runtime { get; init; } = new();

    /// <summary>Resources of the proxy, of linkerd-init and of the validator.</summary>
    public ResourceValues Resources { get; init; } = new();

    /// <summary>User id, by which the redirect rules know the proxy's own traffic. Default 2102.</summary>
    public long Uid { get; init; } = 2102;

    /// <summary>Group id; negative is not set. Default -1.</summary>
    public long Gid { get; init; } = -1;

    /// <summary>Log filter.</summary>
    public string LogLevel { get; init; } = "warn,linkerd=info,hickory=error";

    /// <summary><c>plain</c> or <c>json</c>.</summary>
    public string LogFormat { get; init; } = "plain";

    /// <summary><c>insecure</c> logs request headers at debug level; <c>off</c> or empty never.</summary>
    [JsonPropertyName("logHTTPHeaders")]
    public string LogHttpHeaders { get; init; } = "off";

    /// <summary>Empty, <c>apache</c> or <c>json</c>.</summary>
    public string AccessLog { get; init; } = "";

    /// <summary>Whether POST /shutdown works. Default false.</summary>
    public bool EnableShutdownEndpoint { get; init; }

    /// <summary>How long a drain may take; empty is the proxy's own default.</summary>
    public string ShutdownGracePeriod { get; init; } = "";

    /// <summary>Inbound connect timeout. Default 100ms.</summary>
    public string InboundConnectTimeout { get; init; } = "100ms";

    /// <summary>Outbound connect timeout. Default 1000ms.</summary>
    public string OutboundConnectTimeout { get; init; } = "1000ms";

    /// <summary>Idle time until an outbound discovery is forgotten. Default 5s.</summary>
    public string OutboundDiscoveryCacheUnusedTimeout { get; init; } = "5s";

    /// <summary>Idle time until an inbound policy is forgotten. Default 90s.</summary>
    public string InboundDiscoveryCacheUnusedTimeout { get; init; } = "90s";

    /// <summary>Waits for outbound protocol detection as good as for ever. Default false.</summary>
    public bool DisableOutboundProtocolDetectTimeout { get; init; }

    /// <summary>Waits for inbound protocol detection as good as for ever. Default false.</summary>
    public bool DisableInboundProtocolDetectTimeout { get; init; }

    /// <summary>Ports and ranges that are never detected.</summary>
    public string OpaquePorts { get; init; } = "25,587,3306,4444,5432,6379,9300,11211";

    /// <summary>Ports whose policy is watched; null is found from the pod.</summary>
    public string? PodInboundPorts { get; init; }

    /// <summary>Ports that refuse clients without identity.</summary>
    public string RequireIdentityOnInboundPorts { get; init; } = "";

    /// <summary>Ports that refuse plain text.</summary>
    [JsonPropertyName("requireTLSOnInboundPorts")]
    public string RequireTlsOnInboundPorts { get; init; } = "";

    /// <summary>Policy of ports without a Server.</summary>
    public string DefaultInboundPolicy { get; init; } = "all-unauthenticated";

    /// <summary><c>transport-header</c> or <c>transparent</c>.</summary>
    public string OutboundTransportMode { get; init; } = "transport-header";

    /// <summary>Discovers profiles for names outside the cluster's domain too.</summary>
    public bool EnableExternalProfiles { get; init; }

    /// <summary>Ingress mode.</summary>
    public bool IsIngress { get; init; }

    /// <summary>Multicluster gateway.</summary>
    public bool IsGateway { get; init; }

    /// <summary>Whether later containers wait for the proxy. Default true.</summary>
    public bool Await { get; init; } = true;

    /// <summary>preStop sleep in seconds of a classic sidecar. Default 0.</summary>
    public long WaitBeforeExitSeconds { get; init; }

    /// <summary>Runs as a native sidecar where the API server has them (1.29). Default true.</summary>
    public bool NativeSidecar { get; init; } = true;

    /// <summary>Liveness probe.</summary>
    public ProbeValues LivenessProbe { get; init; } = new() { InitialDelaySeconds = 10 };

    /// <summary>Readiness probe.</summary>
    public ProbeValues ReadinessProbe { get; init; } = new() { InitialDelaySeconds = 2 };

    /// <summary>Start-up probe of a native sidecar.</summary>
    public StartupProbeValues StartupProbe { get; init; } = new();

    /// <summary>Control-plane clients.</summary>
    public ControlValues Control { get; init; } = new();

    /// <summary>Metrics.</summary>
    public MetricsValues Metrics { get; init; } = new();

    /// <summary>Tracing.</summary>
    public TracingValues Tracing { get; init; } = new();

    /// <summary>Inbound parameters by scope and protocol: each leaf becomes one variable.</summary>
    public JsonObject Inbound { get; init; } = ServerDefaults();

    /// <summary>Outbound parameters by scope and protocol: each leaf becomes one variable.</summary>
    public JsonObject Outbound { get; init; } = ServerDefaults();

    /// <summary>Further variables in Kubernetes' form, after all others.</summary>
    public JsonArray AdditionalEnv { get; init; } = [];

    /// <summary>Replaces the proxy's security context when it has any member.</summary>
    public JsonObject SecurityContext { get; init; } = [];

    /// <summary>Set for the control plane's own proxies: which neighbours are reached on localhost.</summary>
    [JsonIgnore]
    public string Component { get; init; } = "";

    /// <summary>Takes the trust anchors from the ConfigMap of the namespace: control-plane pods only.</summary>
    [JsonIgnore]
    public bool LoadTrustBundleFromConfigMap { get; init; }

    /// <summary>Capabilities taken over from the application's first container.</summary>
    [JsonIgnore]
    public CapabilityValues? Capabilities { get; init; }

    /// <summary>Service account mount taken over from the application's first container.</summary>
    [JsonIgnore]
    public ServiceAccountMount? SaMountPath { get; init; }

    private static JsonObject ServerDefaults() => new()
    {
        ["server"] = new JsonObject { ["http2"] = new JsonObject { ["keepAliveInterval"] = "10s", ["keepAliveTimeout"] = "3s" } },
    };
}
