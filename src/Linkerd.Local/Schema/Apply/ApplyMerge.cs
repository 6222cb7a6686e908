using System.Text.Json.Nodes;
using Linkerd.Local.Api;

namespace Linkerd.Local.Schema.Apply;

/// <summary>Lays an applied configuration over an object, and takes fields out of it.</summary>
internal static class ApplyMerge
{
    /// <summary>Merges a configuration into an object, in place.</summary>
    /// <exception cref="ApiException">A list names an element twice, or without its keys.</exception>
    public static void Merge(JsonObject target, JsonObject configuration, MergeType type, string path = "")
    {
        foreach (var (name, value) in configuration)
        {
            if (value is null) continue;
            target[name] = MergeValue(target[name], value, type.Field(name), $"{path}.{name}");
        }
    }

    /// <summary>Removes what a path leads to; true when it was there.</summary>
    public static bool Remove(JsonObject root, IReadOnlyList<PathElement> path, MergeType type)
    {
        JsonNode? node = root;
        for (var i = 0; i < path.Count; i++)
        {
            var last = i == path.Count - 1;
            var key = path[i].Key;
            if (key[0] == 'f')
            {
                if (node is not JsonObject owner || !owner.TryGetPropertyValue(key[2..], out var inner)) return false;
                if (last) return owner.Remove(key[2..]);
                (node, type) = (inner, type.Field(key[2..]));
                continue;
            }
            if (node is not JsonArray list) return false;
            var at = IndexOf(list, path[i], type);
            if (at < 0) return false;
            if (last)
            {
                list.RemoveAt(at);
                return true;
            }
            (node, type) = (list[at], type.Element);
        }
        return false;
    }

    private static JsonNode? MergeValue(JsonNode? current, JsonNode value, MergeType type, string path)
    {
        switch (type.Shape(value))
        {
            case MergeShape.Object:
                var merged = current is JsonObject existing ? (JsonObject)existing.DeepClone() : [];
                Merge(merged, (JsonObject)value, type, path);
                return merged;
            case MergeShape.MapList:
            case MergeShape.Set:
                return MergeList(current as JsonArray ?? [], (JsonArray)value, type, type.Shape(value) == MergeShape.Set, path);
            default:
                return value.DeepClone();
        }
    }

    // The configuration's order, with what it does not name behind what stood before it.
    private static JsonArray MergeList(JsonArray current, JsonArray items, MergeType type, bool isSet, string path)
    {
        var seen = new HashSet<PathElement>();
        var result = new List<(PathElement? Element, JsonNode? Item)>();
        foreach (var item in items)
        {
            var element = (isSet ? PathElement.Value(item) : PathElement.Item(item, type))
                ?? throw Unusable($"{path}: element {result.Count}: associative list with keys has an element that omits key field {string.Join(", ", type.Keys.Select(k => $"\"{k}\""))} (and doesn't have default value)");
            if (!seen.Add(element)) throw Unusable($"{path}: duplicate entries for key {element}");
            var at = IndexOf(current, element, type, isSet);
            result.Add((element, isSet || at < 0 ? MergeFresh(item, type, isSet, path + element) : MergeValue(current[at], item!, type.Element, path + element)));
        }
        for (var i = 0; i < current.Count; i++)
        {
            var element = isSet ? PathElement.Value(current[i]) : PathElement.Item(current[i], type);
            if (element is { } known && seen.Contains(known)) continue;
            var before = i == 0 ? null : isSet ? PathElement.Value(current[i - 1]) : PathElement.Item(current[i - 1], type);
            result.Insert(i == 0 ? 0 : result.FindIndex(r => r.Element == before) + 1, (element, current[i].Copy()));
        }
        var list = new JsonArray();
        foreach (var (_, item) in result) list.Add(item);
        return list;
    }

    private static JsonNode? MergeFresh(JsonNode? item, MergeType type, bool isSet, string path) => isSet || item is null ? item.Copy() : MergeValue(null, item, type.Element, path);

    private static int IndexOf(JsonArray list, PathElement element, MergeType type, bool? isSet = null)
    {
        for (var i = 0; i < list.Count; i++)
            if ((isSet ?? element.Key[0] == 'v' ? PathElement.Value(list[i]) : PathElement.Item(list[i], type)) == element) return i;
        return -1;
    }

    private static ApiException Unusable(string what) => new(500, "InternalError", $"failed to create typed patch object: {what}");
}
