using System.Text.Json.Serialization;

namespace Linkerd.Inject.Values;

/// <summary>How many worker threads a proxy may run; see the CORES variables of the proxy.</summary>
public sealed record WorkerValues
{
    /// <summary>At least this many. Default 1.</summary>
    public long Minimum { get; init; } = 1;

    /// <summary>At most this many; 0 is not set.</summary>
    public long Maximum { get; init; }

    /// <summary>At most this share of the node's cores, between 0 and 1; 0 is not set.</summary>
    [JsonPropertyName("maximumCPURatio")]
    public double MaximumCpuRatio { get; init; }
}
