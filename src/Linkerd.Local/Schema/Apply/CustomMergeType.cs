using System.Text.Json.Nodes;

namespace Linkerd.Local.Schema.Apply;

/// <summary>A type of a custom resource, by its structural schema.</summary>
internal sealed class CustomMergeType(JsonObject schema, bool isRoot = false) : MergeType
{
    public override string[] Keys => [.. schema.Arr("x-kubernetes-list-map-keys").Strings()];

    public override MergeType Element => schema["items"] is JsonObject items ? new CustomMergeType(items) : Unknown;

    public override MergeShape Shape(JsonNode? value) => value switch
    {
        JsonObject => schema.Str("x-kubernetes-map-type") == "atomic" ? MergeShape.Atomic : MergeShape.Object,
        JsonArray => schema.Str("x-kubernetes-list-type") switch { "map" when Keys.Length > 0 => MergeShape.MapList, "set" => MergeShape.Set, _ => MergeShape.Atomic },
        _ => MergeShape.Atomic,
    };

    public override MergeType Field(string name)
    {
        if (isRoot && name == "metadata") return new BuiltinMergeType(TypeTable.Instance.Get("meta.ObjectMeta"));
        if (schema.Obj("properties")?[name] is JsonObject property) return new CustomMergeType(property);
        return schema["additionalProperties"] is JsonObject element ? new CustomMergeType(element) : Unknown;
    }

    public override bool Names(string field) => (isRoot && field is "apiVersion" or "kind" or "metadata") || schema.Obj("properties")?.ContainsKey(field) == true;

    public override JsonNode? DefaultOf(string field) => (schema.Obj("properties")?[field] as JsonObject)?["default"].Copy();
}
