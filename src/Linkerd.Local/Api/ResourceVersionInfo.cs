using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>One served version of a resource.</summary>
internal sealed record ResourceVersionInfo(string Name)
{
    /// <summary>The fields, for a built-in type.</summary>
    public SchemaType? Type { get; init; }

    /// <summary>The structural schema, for a custom resource.</summary>
    public StructuralSchema? Structural { get; init; }

    /// <summary>Turns the stored form into this version's; null: only <c>apiVersion</c> differs.</summary>
    public Action<JsonObject>? FromStorage { get; init; }

    /// <summary>Turns this version's form into the stored one; null: only <c>apiVersion</c> differs.</summary>
    public Action<JsonObject>? ToStorage { get; init; }

    public bool HasStatus { get; init; }

    /// <summary>Where <c>scale</c> finds its values; null: no such subresource.</summary>
    public ScalePaths? Scale { get; init; }

    public bool Deprecated { get; init; }

    public string? DeprecationWarning { get; init; }

    /// <summary>The <c>additionalPrinterColumns</c> of a custom resource.</summary>
    public JsonArray? PrinterColumns { get; init; }
}
