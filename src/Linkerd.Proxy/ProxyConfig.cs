using System.Net;
using Linkerd.Model;
using Linkerd.Net;
using Linkerd.Proxy.Config;
using Linkerd.Telemetry;

namespace Linkerd.Proxy;

/// <summary>Everything the environment says, checked. Immutable.</summary>
public sealed record ProxyConfig
{
    /// <summary>Directives of the log filter.</summary>
    public required LogFilter LogFilter { get; init; }

    public LogFormat LogFormat { get; init; }

    public AccessLogFormat AccessLog { get; init; }

    /// <summary>Threads of the data path; at least 1.</summary>
    public int Workers { get; init; } = 1;

    public required AdminConfig Admin { get; init; }

    /// <summary>Where tap is served; null when tap is off.</summary>
    public TapConfig? Tap { get; init; }

    /// <summary>Null when tracing is off: trace headers then pass as they are.</summary>
    public TracingConfig? Tracing { get; init; }

    public required InboundConfig Inbound { get; init; }

    public required OutboundConfig Outbound { get; init; }

    public required ControlConfig Destination { get; init; }

    public required ControlConfig Policy { get; init; }

    /// <summary>Null when identity is disabled.</summary>
    public IdentityConfig? Identity { get; init; }

    /// <summary>Sent with destination requests.</summary>
    public string DestinationContext { get; init; } = string.Empty;

    /// <summary>Sent with policy requests.</summary>
    public string PolicyWorkload { get; init; } = string.Empty;

    /// <summary>Networks of the cluster: <c>cluster-*</c> policies allow them, and only addresses in them are looked up.</summary>
    public IReadOnlyList<IPNetwork> ClusterNetworks { get; init; } = [];

    public ControlStreamLimits ControlStreams { get; init; } = ControlStreamLimits.Default;

    public required DnsConfig Dns { get; init; }

    /// <summary>How long a drain may take. Default 2 min.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Faults that are only worth a warning.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
