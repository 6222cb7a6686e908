using System.Text.Json.Serialization;

namespace Linkerd.Kubernetes.Models;

/// <summary>A port that a container listens on.</summary>
public sealed record ContainerPort
{
    public string? Name { get; set; }
    [JsonPropertyName("containerPort")]
    public int? Port { get; set; }

    /// <summary>Port of the node that leads to this one; null or 0 when none.</summary>
    public int? HostPort { get; set; }

    public string? HostIP { get; set; }

    /// <summary><c>TCP</c> (default), <c>UDP</c> or <c>SCTP</c>.</summary>
    public string? Protocol { get; set; }
}
