using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>Faults of the paths and names that become paths on the node: none may lead out of its volume.</summary>
internal static class VolumePaths
{
    public static void Validate(JsonObject volume, string path, List<FieldError> errors)
    {
        foreach (var kind in (ReadOnlySpan<string>)["configMap", "secret", "downwardAPI"])
            Items(volume.Obj(kind), $"{path}.{kind}", errors);
        foreach (var (index, source) in volume.Obj("projected").Arr("sources").Objects().Index())
        {
            var at = $"{path}.projected.sources[{index}]";
            foreach (var kind in (ReadOnlySpan<string>)["configMap", "secret", "downwardAPI"])
                Items(source.Obj(kind), $"{at}.{kind}", errors);
            if (source.Obj("serviceAccountToken").Str("path") is { } token)
                File(token, $"{at}.serviceAccountToken.path", errors);
        }

        if (volume.Obj("persistentVolumeClaim") is not { } claim)
            return;
        var name = claim.Str("claimName") ?? "";
        if (name.Length == 0)
            errors.Add(FieldError.Required($"{path}.persistentVolumeClaim.claimName"));
        else if (Names.Fault(name, NameRule.Subdomain) is { } fault)
            errors.Add(FieldError.InvalidText($"{path}.persistentVolumeClaim.claimName", name, fault));
    }

    public static void ValidateMount(JsonObject mount, string path, List<FieldError> errors)
    {
        if (mount.Str("subPath") is { Length: > 0 } below)
            Descending(below, path + ".subPath", errors);
    }

    private static void Items(JsonObject? source, string path, List<FieldError> errors)
    {
        foreach (var (index, item) in source.Arr("items").Objects().Index())
            File(item.Str("path") ?? "", $"{path}.items[{index}].path", errors);
    }

    private static void File(string path, string field, List<FieldError> errors)
    {
        if (path.Length == 0)
            errors.Add(FieldError.Required(field));
        else if (path.StartsWith("..", StringComparison.Ordinal))
            errors.Add(FieldError.InvalidText(field, path, "must not start with '..'"));
        else
            Descending(path, field, errors);
    }

    private static void Descending(string path, string field, List<FieldError> errors)
    {
        if (path.StartsWith('/'))
            errors.Add(FieldError.InvalidText(field, path, "must be a relative path"));
        else if (path.Split('/').Contains(".."))
            errors.Add(FieldError.InvalidText(field, path, "must not contain '..'"));
    }
}
