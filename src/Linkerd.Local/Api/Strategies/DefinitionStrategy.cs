using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Custom resource definitions: names, versions, and that every schema is structural.</summary>
internal sealed class DefinitionStrategy : ResourceStrategy
{
    public const string CleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

    public override void Default(JsonObject node)
    {
        var spec = node.Child("spec");
        var names = spec.Child("names");
        if (names.Str("kind") is { } kind)
        {
            names.Default("singular", kind.ToLowerInvariant());
            names.Default("listKind", kind + "List");
        }
        spec.Child("conversion").Default("strategy", "None");
        spec.Remove("preserveUnknownFields");
    }

    public override void PrepareCreate(JsonObject node)
    {
        Metadata.Of(node)["finalizers"] = Json.ArrayOf(Metadata.Of(node).Arr("finalizers").Strings().Append(CleanupFinalizer).Distinct());
        node["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(),
            ["acceptedNames"] = new JsonObject { ["plural"] = "", ["kind"] = "" },
            ["storedVersions"] = Json.ArrayOf(node.Obj("spec").Arr("versions").Objects().Where(v => v.Bool("storage") == true).Select(v => v.Str("name") ?? "")),
        };
    }

    public override void Validate(JsonObject node, JsonObject? old, List<FieldError> errors)
    {
        var spec = node.Child("spec");
        var names = spec.Child("names");
        if (string.IsNullOrEmpty(spec.Str("group"))) errors.Add(FieldError.Required("spec.group"));
        if (spec.Str("scope") is not ("Namespaced" or "Cluster")) errors.Add(spec.Str("scope") is null ? FieldError.Required("spec.scope") : FieldError.Unsupported("spec.scope", spec.Str("scope"), "Cluster", "Namespaced"));
        if (string.IsNullOrEmpty(names.Str("plural"))) errors.Add(FieldError.Required("spec.names.plural"));
        if (string.IsNullOrEmpty(names.Str("kind"))) errors.Add(FieldError.Required("spec.names.kind"));
        if (Metadata.Name(node) != $"{names.Str("plural")}.{spec.Str("group")}")
            errors.Add(FieldError.InvalidText("metadata.name", Metadata.Name(node), "must be spec.names.plural+\".\"+spec.group"));
        var versions = spec.Arr("versions").Objects().ToList();
        if (versions.Count == 0) errors.Add(FieldError.Required("spec.versions"));
        if (versions.Count > 0 && versions.Count(v => v.Bool("storage") == true) != 1)
            errors.Add(FieldError.Invalid("spec.versions", "[]", "must have exactly one version marked as storage version"));
        var seen = new HashSet<string>();
        foreach (var (index, version) in versions.Index())
        {
            var name = version.Str("name") ?? "";
            if (Names.Fault(name, NameRule.Label) is { } fault) errors.Add(FieldError.InvalidText($"spec.versions[{index}].name", name, fault));
            else if (!seen.Add(name)) errors.Add(FieldError.Duplicate($"spec.versions[{index}].name", name));
            ValidateScale(version.Obj("subresources").Obj("scale"), $"spec.versions[{index}].subresources.scale", errors);
            if (version.Obj("schema").Obj("openAPIV3Schema") is { } schema) ValidateSchema(schema, $"spec.versions[{index}].schema.openAPIV3Schema", errors, root: true);
            else errors.Add(FieldError.Required($"spec.versions[{index}].schema.openAPIV3Schema", "schemas are required"));
        }
        if (spec.Obj("conversion").Str("strategy") is { } strategy and not ("None" or "Webhook")) errors.Add(FieldError.Unsupported("spec.conversion.strategy", strategy, "None", "Webhook"));
        if (old is not null && spec.Str("scope") != old.Obj("spec").Str("scope")) errors.Add(FieldError.InvalidText("spec.scope", spec.Str("scope"), "field is immutable"));
    }

    private static void ValidateScale(JsonObject? scale, string path, List<FieldError> errors)
    {
        if (scale is null) return;
        foreach (var (name, root) in ((string, string)[])[("specReplicasPath", ".spec."), ("statusReplicasPath", ".status.")])
        {
            if (string.IsNullOrEmpty(scale.Str(name))) errors.Add(FieldError.Required($"{path}.{name}"));
            else if (!scale.Str(name)!.StartsWith(root, StringComparison.Ordinal)) errors.Add(FieldError.InvalidText($"{path}.{name}", scale.Str(name), $"should be a json path under {root[..^1]}"));
        }
    }

    private static void ValidateSchema(JsonObject schema, string path, List<FieldError> errors, bool root)
    {
        if (errors.Count > 20) return;
        var type = schema.Str("type");
        var open = schema.Bool("x-kubernetes-preserve-unknown-fields") == true || schema.Bool("x-kubernetes-int-or-string") == true;
        if (type is null && !open) errors.Add(FieldError.Required($"{path}.type", "must not be empty for specified object fields"));
        if (type is not null && type is not ("object" or "array" or "string" or "integer" or "number" or "boolean")) errors.Add(FieldError.Unsupported($"{path}.type", type, "array", "boolean", "integer", "number", "object", "string"));
        if (root && type is not null and not "object") errors.Add(FieldError.InvalidText($"{path}.type", type, "must be object at the root"));
        if (type == "array" && schema["items"] is not JsonObject) errors.Add(FieldError.Required($"{path}.items", "must be specified"));
        if (schema.Str("pattern") is { } pattern && !SchemaValidator.IsPattern(pattern)) errors.Add(FieldError.InvalidText($"{path}.pattern", pattern, "must be a valid regular expression"));
        foreach (var (name, property) in schema.Obj("properties") ?? [])
            if (property is JsonObject inner && !(root && name == "metadata")) ValidateSchema(inner, $"{path}.properties[{name}]", errors, root: false);
        if (schema["items"] is JsonObject items) ValidateSchema(items, $"{path}.items", errors, root: false);
        if (schema["additionalProperties"] is JsonObject element) ValidateSchema(element, $"{path}.additionalProperties", errors, root: false);
    }
}
