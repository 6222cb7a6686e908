using System.Text.Json.Nodes;
using Linkerd.Local.Api;

namespace Linkerd.Local.Schema;

/// <summary>
/// Strategic merge patch: like a merge patch, but lists with a merge key are merged element by element, by the table of the built-in types,
/// with the directives <c>$patch</c>, <c>$retainKeys</c>, <c>$setElementOrder/…</c> and <c>$deleteFromPrimitiveList/…</c>.
/// </summary>
internal static class StrategicMergePatch
{
    private const string Order = "$setElementOrder/";
    private const string DeletePrimitives = "$deleteFromPrimitiveList/";
    private const string RetainKeys = "$retainKeys";

    public static JsonObject Apply(JsonObject target, JsonObject patch, SchemaType? type) => MergeObject(target, patch, type);

    private static JsonObject MergeObject(JsonObject target, JsonObject patch, SchemaType? type)
    {
        switch (patch.Str("$patch"))
        {
            case "replace":
                return WithoutDirectives(patch);
            case "delete":
                return [];
            case "merge" or null:
                break;
            case var other:
                throw ApiException.BadRequest($"unknown $patch directive \"{other}\"");
        }
        if (patch.Arr(RetainKeys) is { } retain)
        {
            var keep = retain.Strings().ToHashSet();
            foreach (var name in target.Select(p => p.Key).Where(k => !keep.Contains(k)).ToList()) target.Remove(name);
        }
        foreach (var (name, value) in patch)
        {
            if (name.StartsWith('$'))
            {
                if (name.StartsWith(DeletePrimitives, StringComparison.Ordinal)) RemovePrimitives(target, name[DeletePrimitives.Length..], value);
                continue;
            }
            MergeField(target, name, value, type?.Field(name));
        }
        // The order is set last, also for lists that the patch itself does not change.
        foreach (var (name, value) in patch)
            if (name.StartsWith(Order, StringComparison.Ordinal) && value is JsonArray order && target[name[Order.Length..]] is JsonArray list)
                target[name[Order.Length..]] = Reorder(list, order, type?.Field(name[Order.Length..]));
        return target;
    }

    private static void MergeField(JsonObject target, string name, JsonNode? value, SchemaField? field)
    {
        switch (value)
        {
            case null:
                target.Remove(name);
                break;
            case JsonObject inner:
                var element = field?.Type.Kind == FieldKind.Object ? field.Type.Object : null;
                if (target[name] is JsonObject current)
                {
                    var merged = MergeObject(current, inner, element);
                    if (!ReferenceEquals(merged, current)) target[name] = merged;
                    if (inner.Str("$patch") == "delete") target.Remove(name);
                }
                else if (inner.Str("$patch") != "delete")
                {
                    target[name] = MergeObject([], inner, element);
                }
                break;
            case JsonArray items when field is { Merges: true } && field.MergeKey.Length > 0:
                target[name] = MergeList(target[name] as JsonArray, items, field);
                break;
            case JsonArray items when field is { Merges: true }:
                target[name] = MergeScalars(target[name] as JsonArray, items);
                break;
            default:
                target[name] = value.DeepClone();
                break;
        }
    }

    private static JsonArray MergeList(JsonArray? current, JsonArray patch, SchemaField field)
    {
        var key = field.MergeKey;
        var type = field.Type.Element?.Object;
        if (patch.Objects().Any(o => o.Str("$patch") == "replace"))
        {
            var replaced = new JsonArray();
            foreach (var item in patch.Objects().Where(o => !o.ContainsKey("$patch"))) replaced.Add((JsonNode)WithoutDirectives(item));
            return replaced;
        }
        var result = new JsonArray();
        foreach (var item in current ?? []) result.Add(item.Copy());
        foreach (var item in patch)
        {
            if (item is not JsonObject change || change[key] is not { } identity)
                throw new ApiException(500, "InternalError", $"unable to find the merge key \"{key}\" of list {field.Name} in element {item?.ToJsonString()}");
            var at = IndexOf(result, key, identity);
            if (change.Str("$patch") == "delete")
            {
                for (; at >= 0; at = IndexOf(result, key, identity)) result.RemoveAt(at);
                continue;
            }
            if (at < 0) result.Add((JsonNode)MergeObject([], change, type));
            else if (MergeObject((JsonObject)result[at]!, change, type) is var merged && !ReferenceEquals(merged, result[at])) result[at] = merged;
        }
        return result;
    }

    private static JsonArray MergeScalars(JsonArray? current, JsonArray patch)
    {
        var result = new JsonArray();
        foreach (var item in (current ?? []).Concat(patch))
            if (!result.Any(r => JsonNode.DeepEquals(r, item))) result.Add(item.Copy());
        return result;
    }

    private static void RemovePrimitives(JsonObject target, string name, JsonNode? value)
    {
        if (target[name] is not JsonArray list || value is not JsonArray gone) return;
        for (var i = list.Count - 1; i >= 0; i--)
            if (gone.Any(g => JsonNode.DeepEquals(g, list[i]))) list.RemoveAt(i);
    }

    // What the order names comes in that order; what it does not name (added by the server) stays behind its predecessor.
    private static JsonArray Reorder(JsonArray list, JsonArray order, SchemaField? field)
    {
        var key = field?.MergeKey ?? "";
        var ranks = list.Select(item => Rank(item, order, key)).ToArray();
        var result = new JsonArray();
        var placed = new List<(double Rank, int Index)>();
        var last = -1.0;
        for (var i = 0; i < ranks.Length; i++)
        {
            last = ranks[i] >= 0 ? ranks[i] : last;
            placed.Add((ranks[i] >= 0 ? ranks[i] : last + 0.5, i));
        }
        foreach (var (_, index) in placed.OrderBy(p => p.Rank).ThenBy(p => p.Index)) result.Add(list[index].Copy());
        return result;
    }

    private static int Rank(JsonNode? item, JsonArray order, string key)
    {
        for (var i = 0; i < order.Count; i++)
        {
            var same = key.Length == 0
                ? JsonNode.DeepEquals(order[i], item)
                : order[i] is JsonObject wanted && item is JsonObject actual && JsonNode.DeepEquals(wanted[key], actual[key]);
            if (same) return i;
        }
        return -1;
    }

    private static int IndexOf(JsonArray list, string key, JsonNode identity)
    {
        for (var i = 0; i < list.Count; i++)
            if (list[i] is JsonObject item && JsonNode.DeepEquals(item[key], identity)) return i;
        return -1;
    }

    private static JsonObject WithoutDirectives(JsonObject patch)
    {
        var result = (JsonObject)patch.DeepClone();
        foreach (var name in result.Select(p => p.Key).Where(k => k.StartsWith('$')).ToList()) result.Remove(name);
        return result;
    }
}
