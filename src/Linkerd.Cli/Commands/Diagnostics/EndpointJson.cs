using System.Text.Json.Serialization;

namespace Linkerd.Cli.Commands.Diagnostics;

/// <summary>An endpoint of <c>diagnostics endpoints -o json</c>.</summary>
public sealed record EndpointJson
{
    [JsonPropertyName("namespace")]
    public required string Namespace { get; init; }

    [JsonPropertyName("ip")]
    public required string Ip { get; init; }

    [JsonPropertyName("port")]
    public required uint Port { get; init; }

    [JsonPropertyName("pod")]
    public required string Pod { get; init; }

    [JsonPropertyName("service")]
    public required string Service { get; init; }

    [JsonPropertyName("weight")]
    public required uint Weight { get; init; }

    [JsonPropertyName("tls_identity")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TlsIdentity { get; init; }

    [JsonPropertyName("labels")]
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
}

/// <summary>Source-generated writing of what diagnostics print as JSON.</summary>
[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<EndpointJson>))]
public sealed partial class DiagnosticsJson : JsonSerializerContext;
