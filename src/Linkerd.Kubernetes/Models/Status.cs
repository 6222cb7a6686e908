using System.Text.Json.Serialization;

namespace Linkerd.Kubernetes.Models;

/// <summary>The API server's answer when something is not an object; mostly an error.</summary>
public sealed record Status
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }
    public ListMeta? Metadata { get; set; }

    /// <summary><c>Success</c> or <c>Failure</c>.</summary>
    [JsonPropertyName("status")]
    public string? Result { get; set; }

    public string? Message { get; set; }

    /// <summary>Machine-readable cause, for example <c>NotFound</c>, <c>Conflict</c>, <c>Expired</c>.</summary>
    public string? Reason { get; set; }

    /// <summary>HTTP status.</summary>
    public int? Code { get; set; }

    public StatusDetails? Details { get; set; }
}
