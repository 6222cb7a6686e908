using System.Text.Json.Nodes;

namespace Linkerd.Local.Schema;

/// <summary>JSON merge patch, RFC 7386.</summary>
internal static class MergePatch
{
    /// <summary>Applies the patch in place; the target is answered.</summary>
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null) target.Remove(name);
            else if (value is not JsonObject inner) target[name] = value.DeepClone();
            else if (target[name] is JsonObject current) Apply(current, inner);
            else target[name] = Apply([], inner);
        }
        return target;
    }
}
