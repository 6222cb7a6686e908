using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Keys of a ConfigMap, and that an immutable one stays.</summary>
internal sealed class ConfigMapStrategy : ResourceStrategy
{
    public override void Validate(JsonObject node, JsonObject? old, List<FieldError> errors)
    {
        DataKeys.Validate(node, errors);
        foreach (var (key, _) in node.Obj("binaryData") ?? [])
            if (node.Obj("data")?.ContainsKey(key) == true) errors.Add(FieldError.InvalidText($"data[{key}]", key, "duplicate of key present in binaryData"));
        if (old is null || old.Bool("immutable") != true) return;
        if (node.Bool("immutable") != true) errors.Add(FieldError.Forbidden("immutable", "field is immutable when `immutable` is set"));
        if (!JsonNode.DeepEquals(node["data"], old["data"])) errors.Add(FieldError.Forbidden("data", "field is immutable when `immutable` is set"));
    }
}
