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

/// <summary>The answer of a query.</summary>
public sealed record PrometheusData
{
    /// <summary><c>vector</c> for an instant query, <c>matrix</c> for a range query.</summary>
    [JsonPropertyName("resultType")]
    public string ResultType { get; init; } = "vector";

    /// <summary>The rows.</summary>
    [JsonPropertyName("result")]
    public IReadOnlyList<PrometheusRow> Result { get; init; } = [];
}

/// <summary>One row: labels, and pairs of Unix seconds and the value as text.</summary>
public sealed record PrometheusRow
{
    /// <summary>The labels.</summary>
    [JsonPropertyName("metric")]
    public IReadOnlyDictionary<string, string> Metric { get; init; } = new Dictionary<string, string>();

    /// <summary>Of an instant query: <c>[seconds, "value"]</c>.</summary>
    [JsonPropertyName("value")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<JsonElement>? Value { get; init; }

    /// <summary>Of a range query: <c>[seconds, "value"]</c> for each moment.</summary>
    [JsonPropertyName("values")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IReadOnlyList<JsonElement>>? Values { get; init; }
}

/// <summary>Source-generated reading and writing of the envelope.</summary>
[JsonSerializable(typeof(PrometheusResponse))]
public sealed partial class PrometheusJson : JsonSerializerContext;
