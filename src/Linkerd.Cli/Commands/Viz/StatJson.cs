using System.Text.Json.Serialization;
using Linkerd.Stats.Reports;

namespace Linkerd.Cli.Commands.Viz;

/// <summary>A row of <c>viz stat -o json</c>, with Linkerd's keys.</summary>
public sealed record StatJson
{
    [JsonPropertyName("namespace")]
    public required string Namespace { get; init; }

    [JsonPropertyName("kind")]
    public required string Kind { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("meshed")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Meshed { get; init; }

    [JsonPropertyName("success")]
    public double? Success { get; init; }

    [JsonPropertyName("rps")]
    public double? Rps { get; init; }

    [JsonPropertyName("latency_ms_p50")]
    public long? LatencyP50 { get; init; }

    [JsonPropertyName("latency_ms_p95")]
    public long? LatencyP95 { get; init; }

    [JsonPropertyName("latency_ms_p99")]
    public long? LatencyP99 { get; init; }

    [JsonPropertyName("tcp_open_connections")]
    public long? TcpOpenConnections { get; init; }

    [JsonPropertyName("tcp_read_bytes_rate")]
    public double? TcpReadBytesRate { get; init; }

    [JsonPropertyName("tcp_write_bytes_rate")]
    public double? TcpWriteBytesRate { get; init; }

    [JsonPropertyName("apex")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Apex { get; init; }

    [JsonPropertyName("leaf")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Leaf { get; init; }

    [JsonPropertyName("dst")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Destination { get; init; }

    [JsonPropertyName("weight")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Weight { get; init; }

    [JsonPropertyName("unauthorized")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Unauthorized { get; init; }

    /// <summary>The JSON form of a row.</summary>
    public static StatJson Of(StatRow row) => new()
    {
        Namespace = row.Namespace,
        Kind = row.Kind,
        Name = row.Name,
        Meshed = row.Meshed is { } meshed ? $"{meshed}/{row.Running}" : null,
        Success = row.Success,
        Rps = row.RequestsPerSecond,
        LatencyP50 = Round(row.LatencyP50),
        LatencyP95 = Round(row.LatencyP95),
        LatencyP99 = Round(row.LatencyP99),
        TcpOpenConnections = Round(row.TcpConnections),
        TcpReadBytesRate = row.ReadBytesPerSecond,
        TcpWriteBytesRate = row.WriteBytesPerSecond,
        Apex = row.Apex,
        Leaf = row.Leaf,
        Destination = row.Destination,
        Weight = row.Weight,
        Unauthorized = row.UnauthorizedPerSecond,
    };

    private static long? Round(double? value) => value is { } v ? (long)Math.Round(v, MidpointRounding.AwayFromZero) : null;
}
