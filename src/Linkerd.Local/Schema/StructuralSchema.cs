using System.Text.Json.Nodes;

namespace Linkerd.Local.Schema;

/// <summary>The OpenAPI schema of a custom resource's version: pruning, defaults and validation.</summary>
internal sealed class StructuralSchema(JsonObject root)
{
    private static readonly string[] Envelope = ["apiVersion", "kind", "metadata"];

    public JsonObject Root { get; } = root;

    /// <summary>Removes what the schema does not name; answers the removed paths.</summary>
    public List<string> Prune(JsonObject node)
    {
        var removed = new List<string>();
        PruneObject(node, Root, "", removed, isRoot: true);
        return removed;
    }

    /// <summary>Fills the schema's defaults into what is there.</summary>
    public void Default(JsonObject node) => DefaultValue(node, Root);

    /// <summary>Collects what the schema forbids.</summary>
    public void Validate(JsonObject node, List<FieldError> errors) => SchemaValidator.Validate(node, Root, "", errors, isRoot: true);

    private static void PruneValue(JsonNode? value, JsonObject schema, string path, List<string> removed)
    {
        if (value is JsonObject inner) PruneObject(inner, schema, path, removed, schema.Bool("x-kubernetes-embedded-resource") == true);
        else if (value is JsonArray items && schema["items"] is JsonObject itemSchema)
            for (var i = 0; i < items.Count; i++) PruneValue(items[i], itemSchema, $"{path}[{i}]", removed);
    }

    private static void PruneObject(JsonObject node, JsonObject schema, string path, List<string> removed, bool isRoot)
    {
        var keep = schema.Bool("x-kubernetes-preserve-unknown-fields") == true;
        var properties = schema.Obj("properties");
        var additional = schema["additionalProperties"];
        if (additional is JsonValue && schema.Bool("additionalProperties") == true) keep = true;
        foreach (var (name, value) in node.ToList())
        {
            if (isRoot && Envelope.Contains(name)) continue;
            var inner = path.Length == 0 ? name : $"{path}.{name}";
            if (properties?[name] is JsonObject property) PruneValue(value, property, inner, removed);
            else if (additional is JsonObject element) PruneValue(value, element, inner, removed);
            else if (!keep)
            {
                removed.Add(inner);
                node.Remove(name);
            }
        }
    }

    private static void DefaultValue(JsonNode? value, JsonObject schema)
    {
        if (value is JsonArray items && schema["items"] is JsonObject itemSchema)
        {
            foreach (var item in items) DefaultValue(item, itemSchema);
            return;
        }
        if (value is not JsonObject node) return;
        foreach (var (name, property) in schema.Obj("properties") ?? [])
        {
            if (property is not JsonObject propertySchema) continue;
            var present = node.TryGetPropertyValue(name, out var current);
            if (propertySchema["default"] is { } given && (!present || (current is null && propertySchema.Bool("nullable") != true)))
                node[name] = given.DeepClone();
            DefaultValue(node[name], propertySchema);
        }
        if (schema["additionalProperties"] is JsonObject element)
            foreach (var (name, inner) in node)
                if (schema.Obj("properties")?.ContainsKey(name) != true) DefaultValue(inner, element);
    }
}
