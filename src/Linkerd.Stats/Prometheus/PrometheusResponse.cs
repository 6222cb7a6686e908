using System.Text.Json;
using System.Text.Json.Serialization;

namespace Linkerd.Stats.Prometheus;

/// <summary>The envelope of Prometheus' HTTP API, <c>/api/v1/query</c>.</summary>
public sealed record PrometheusResponse
{
    /// <summary><c>success</c> or <c>error</c>.</summary>
    [JsonPropertyName("status")]
    public string Status { get; init; } = "";

    /// <summary>The kind of error, such as <c>bad_data</c>.</summary>
    [JsonPropertyName("errorType")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ErrorType { get; init; }

    /// <summary>What went wrong, in words.</summary>
    [JsonPropertyName("error")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>The answer; null on errors.</summary>
    [JsonPropertyName("data")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PrometheusData? Data { get; init; }
}

/// <summary>The answer of an instant query.</summary>
public sealed record PrometheusData
{
    /// <summary><c>vector</c> for every query of this project.</summary>
    [JsonPropertyName("resultType")]
    public string ResultType { get; init; } = "vector";

    /// <summary>The rows.</summary>
    [JsonPropertyName("result")]
    public IReadOnlyList<PrometheusRow> Result { get; init; } = [];
}

/// <summary>One row: labels, and a pair of Unix seconds and the value as text.</summary>
public sealed record PrometheusRow
{
    /// <summary>The labels.</summary>
    [JsonPropertyName("metric")]
    public IReadOnlyDictionary<string, string> Metric { get; init; } = new Dictionary<string, string>();

    /// <summary><c>[seconds, "value"]</c>.</summary>
    [JsonPropertyName("value")]
    public IReadOnlyList<JsonElement> Value { get; init; } = [];
}

/// <summary>Source-generated reading and writing of the envelope.</summary>
[JsonSerializable(typeof(PrometheusResponse))]
public sealed partial class PrometheusJson : JsonSerializerContext;
