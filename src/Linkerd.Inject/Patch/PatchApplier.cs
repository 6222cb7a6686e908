using System.Globalization;
using System.Text.Json.Nodes;

namespace Linkerd.Inject.Patch;

/// <summary>Applies what <see cref="PatchBuilder"/> made: additions to objects and arrays.</summary>
internal static class PatchApplier
{
    public static JsonObject Apply(JsonObject document, JsonArray patch)
    {
        var result = (JsonObject)document.DeepClone();
        foreach (var operation in patch)
            Add(result, operation.String("path")!, operation!["value"]!.DeepClone());
        return result;
    }

    private static void Add(JsonObject root, string pointer, JsonNode value)
    {
        var path = pointer.Split('/')[1..];
        JsonNode parent = root;
        foreach (var step in path[..^1])
        {
            parent = (parent is JsonArray array ? array[int.Parse(step, CultureInfo.InvariantCulture)] : parent[Unescape(step)])
                ?? throw new InjectException($"the document has no {step} at {pointer}");
        }
        var last = Unescape(path[^1]);
        if (parent is JsonArray list)
            list.Insert(last == "-" ? list.Count : int.Parse(last, CultureInfo.InvariantCulture), value);
        else
            parent[last] = value;
    }

    private static string Unescape(string step) => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
