using System.Text.Json.Serialization;
using Linkerd.Stats.Reports;

namespace Linkerd.Cli.Commands.Viz;

/// <summary>A row of <c>viz edges -o json</c>, with Linkerd's keys.</summary>
public sealed record EdgeJson
{
    [JsonPropertyName("src")]
    public required string Source { get; init; }

    [JsonPropertyName("src_namespace")]
    public required string SourceNamespace { get; init; }

    [JsonPropertyName("dst")]
    public required string Destination { get; init; }

    [JsonPropertyName("dst_namespace")]
    public required string DestinationNamespace { get; init; }

    [JsonPropertyName("client_id")]
    public required string ClientId { get; init; }

    [JsonPropertyName("server_id")]
    public required string ServerId { get; init; }

    [JsonPropertyName("no_tls_reason")]
    public required string NoTlsReason { get; init; }

    /// <summary>The JSON form of a row.</summary>
    public static EdgeJson Of(EdgeRow row) => new()
    {
        Source = row.Source,
        SourceNamespace = row.SourceNamespace,
        Destination = row.Destination,
        DestinationNamespace = row.DestinationNamespace,
        ClientId = row.ClientId,
        ServerId = row.ServerId,
        NoTlsReason = row.NoTlsReason,
    };
}

/// <summary>Source-generated writing of what viz commands print as JSON.</summary>
[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<StatJson>))]
[JsonSerializable(typeof(IReadOnlyList<EdgeJson>))]
public sealed partial class VizJson : JsonSerializerContext;
