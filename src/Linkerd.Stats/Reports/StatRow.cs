namespace Linkerd.Stats.Reports;

/// <summary>One line of <c>viz stat</c>. Null is "no data", which is not zero.</summary>
public sealed record StatRow
{
    /// <summary>The kind, as in <see cref="ResourceKind.Name"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The namespace; empty for kinds without one.</summary>
    public required string Namespace { get; init; }

    /// <summary>The object's name.</summary>
    public required string Name { get; init; }

    /// <summary>For pods, the phase or the reason that kubectl would print.</summary>
    public string? Status { get; init; }

    /// <summary>Running pods that carry the proxy; null for kinds that own no pods.</summary>
    public int? Meshed { get; init; }

    /// <summary>Running pods.</summary>
    public int Running { get; init; }

    /// <summary>Share of successful responses, 0 to 1.</summary>
    public double? Success { get; init; }

    /// <summary>Responses per second.</summary>
    public double? RequestsPerSecond { get; init; }

    /// <summary>Latency to the first byte, milliseconds, median.</summary>
    public double? LatencyP50 { get; init; }

    /// <summary>95th percentile, milliseconds.</summary>
    public double? LatencyP95 { get; init; }

    /// <summary>99th percentile, milliseconds.</summary>
    public double? LatencyP99 { get; init; }

    /// <summary>Open TCP connections.</summary>
    public double? TcpConnections { get; init; }

    /// <summary>Bytes read per second.</summary>
    public double? ReadBytesPerSecond { get; init; }

    /// <summary>Bytes written per second.</summary>
    public double? WriteBytesPerSecond { get; init; }

    /// <summary>Successful responses in the window.</summary>
    public double Successes { get; init; }

    /// <summary>Failed responses in the window.</summary>
    public double Failures { get; init; }

    /// <summary>Failed pods.</summary>
    public int Failed { get; init; }

    /// <summary>What keeps containers of its pods from running.</summary>
    public IReadOnlyList<PodError> Errors { get; init; } = [];

    /// <summary>For policies: refused requests per second; null for other kinds.</summary>
    public double? UnauthorizedPerSecond { get; init; }

    /// <summary>For HTTPRoutes: the Server that the route was enforced at.</summary>
    public string? Server { get; init; }

    /// <summary>For splits: the Service that is divided.</summary>
    public string? Apex { get; init; }

    /// <summary>For splits: the Service that got this share.</summary>
    public string? Leaf { get; init; }

    /// <summary>For Services whose ServiceProfile has overrides: the authority that got this share.</summary>
    public string? Destination { get; init; }

    /// <summary>The share, as written.</summary>
    public string? Weight { get; init; }
}
