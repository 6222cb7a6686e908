using System.Text.Json.Nodes;

namespace Linkerd.Local.Api;

/// <summary>Custom resources: everything is in their schema but the fields that can be selected.</summary>
internal sealed class CustomResourceStrategy(HashSet<string> selectable) : ResourceStrategy
{
    public override bool AllowsUnconditionalUpdate => false;

    public override string? SelectableField(JsonObject node, string field)
    {
        if (!selectable.Contains("." + field)) return null;
        return FieldPath.Get(node, field.Split('.')) is JsonValue value ? value.ToString() : "";
    }
}
