using System.Text.Json.Nodes;

namespace Linkerd.Kubernetes.Models;

/// <summary>Names, scope and versions of a custom resource.</summary>
public sealed record CustomResourceDefinitionSpec
{
    public string? Group { get; set; }
    public CustomResourceDefinitionNames? Names { get; set; }

    /// <summary><c>Namespaced</c> or <c>Cluster</c>.</summary>
    public string? Scope { get; set; }

    public IReadOnlyList<CustomResourceDefinitionVersion>? Versions { get; set; }
    public JsonObject? Conversion { get; set; }
    public bool? PreserveUnknownFields { get; set; }
}
