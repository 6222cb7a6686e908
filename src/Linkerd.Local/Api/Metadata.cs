using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>The rules of <c>metadata</c>: what the server sets and what a client cannot change.</summary>
internal static class Metadata
{
    private const string SuffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const int LongestGenerated = 58;
    private static readonly string[] ServerOwned = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"];

    public static JsonObject Of(JsonObject node) => node.Child("metadata");

    public static string Name(JsonObject node) => node.Obj("metadata").Str("name") ?? "";

    public static bool IsDeleting(JsonObject node) => node.Obj("metadata").Str("deletionTimestamp") is not null;

    public static bool HasFinalizers(JsonObject node) => node.Obj("metadata").Arr("finalizers") is { Count: > 0 };

    /// <summary>Removes what clients send along but the server does not keep.</summary>
    public static void Clean(JsonObject node)
    {
        var metadata = Of(node);
        metadata.Remove("managedFields");
        metadata.Remove("selfLink");
        foreach (var name in metadata.Where(p => p.Value is null).Select(p => p.Key).ToList()) metadata.Remove(name);
        if (metadata["finalizers"] is JsonArray { Count: 0 }) metadata.Remove("finalizers");
        if (metadata["ownerReferences"] is JsonArray { Count: 0 }) metadata.Remove("ownerReferences");
        if (metadata["labels"] is JsonObject { Count: 0 }) metadata.Remove("labels");
        if (metadata["annotations"] is JsonObject { Count: 0 }) metadata.Remove("annotations");
    }

    public static void PrepareCreate(JsonObject node, ResourceInfo resource, string space, string now)
    {
        Clean(node);
        var metadata = Of(node);
        foreach (var name in ServerOwned) metadata.Remove(name);
        metadata.Remove("resourceVersion");
        if (resource.Namespaced) metadata["namespace"] = space;
        else metadata.Remove("namespace");
        if ((metadata.Str("name") ?? "").Length == 0 && metadata.Str("generateName") is { Length: > 0 } prefix)
            metadata["name"] = (prefix.Length > LongestGenerated ? prefix[..LongestGenerated] : prefix) + RandomNumberGenerator.GetString(SuffixAlphabet, 5);
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = now;
        if (resource.HasGeneration) metadata["generation"] = JsonValue.Create(1L);
    }

    public static void PrepareUpdate(JsonObject node, JsonObject old)
    {
        Clean(node);
        var metadata = Of(node);
        var before = Of(old);
        foreach (var name in ServerOwned)
        {
            if (before[name] is { } value) metadata[name] = value.DeepClone();
            else metadata.Remove(name);
        }
        if (before["namespace"] is { } space) metadata["namespace"] = space.DeepClone();
        if (before["generateName"] is { } prefix && metadata["generateName"] is null) metadata["generateName"] = prefix.DeepClone();
    }

    public static void Validate(JsonObject node, ResourceInfo resource, JsonObject? old, List<FieldError> errors)
    {
        var metadata = Of(node);
        var name = metadata.Str("name") ?? "";
        if (name.Length == 0) errors.Add(FieldError.Required("metadata.name", "name or generateName is required"));
        else if (old is null && Names.Fault(name, resource.Strategy.NameRule) is { } fault) errors.Add(FieldError.InvalidText("metadata.name", name, fault));
        ValidateLabels(metadata.Obj("labels"), "metadata.labels", errors);
        foreach (var (key, _) in metadata.Obj("annotations") ?? [])
            if (!Names.IsQualified(key.ToLowerInvariant())) errors.Add(FieldError.InvalidText("metadata.annotations", key, QualifiedHelp));
        foreach (var finalizer in metadata.Arr("finalizers").Strings())
            if (!Names.IsQualified(finalizer)) errors.Add(FieldError.InvalidText("metadata.finalizers", finalizer, QualifiedHelp));
        ValidateOwners(metadata, errors);
        if (old is not null && IsDeleting(old) && metadata.Arr("finalizers").Strings().Except(Of(old).Arr("finalizers").Strings()).FirstOrDefault() is { } added)
            errors.Add(FieldError.Forbidden("metadata.finalizers", $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{\"{added}\"}}"));
    }

    public static void ValidateLabels(JsonObject? labels, string field, List<FieldError> errors)
    {
        foreach (var (key, value) in labels ?? [])
        {
            if (!Names.IsQualified(key)) errors.Add(FieldError.InvalidText(field, key, QualifiedHelp));
            if (!Names.IsLabelValue(value.AsString() ?? "")) errors.Add(FieldError.InvalidText(field, value.AsString(), ValueHelp));
        }
    }

    private const string QualifiedHelp =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string ValueHelp =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private static void ValidateOwners(JsonObject metadata, List<FieldError> errors)
    {
        var controllers = 0;
        foreach (var (index, owner) in metadata.Arr("ownerReferences").Objects().Index())
        {
            foreach (var field in (ReadOnlySpan<string>)["apiVersion", "kind", "name", "uid"])
                if (string.IsNullOrEmpty(owner.Str(field))) errors.Add(FieldError.Invalid($"metadata.ownerReferences[{index}].{field}", "\"\"", $"{field} must not be empty"));
            if (owner.Bool("controller") == true) controllers++;
        }
        if (controllers > 1) errors.Add(FieldError.Invalid("metadata.ownerReferences", "[]", "Only one reference can have Controller set to true"));
    }
}
