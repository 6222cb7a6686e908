using System.Text.Json.Nodes;

namespace Linkerd.Kubernetes.Models;

/// <summary>The schema of a custom resource version.</summary>
public sealed record CustomResourceValidation
{
    public JsonObject? OpenAPIV3Schema { get; set; }
}
