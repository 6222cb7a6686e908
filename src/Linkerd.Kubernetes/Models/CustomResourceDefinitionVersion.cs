using System.Text.Json.Nodes;

namespace Linkerd.Kubernetes.Models;

/// <summary>One version of a custom resource.</summary>
public sealed record CustomResourceDefinitionVersion
{
    public string? Name { get; set; }
    public bool? Served { get; set; }
    public bool? Storage { get; set; }
    public bool? Deprecated { get; set; }
    public CustomResourceValidation? Schema { get; set; }
    public JsonObject? Subresources { get; set; }
    public IReadOnlyList<JsonObject>? AdditionalPrinterColumns { get; set; }
}
