using System.Text.Json.Nodes;

namespace Linkerd.Local.Schema.Apply;

/// <summary>The fields of an object, and those in which two objects differ.</summary>
internal static class FieldSets
{
    // What names an object or is the server's own belongs to nobody.
    private static readonly string[] NotOwned =
        ["name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "resourceVersion", "managedFields", "deletionTimestamp", "deletionGracePeriodSeconds", "generateName"];

    /// <summary>All fields of an object.</summary>
    public static FieldSet Of(JsonObject node, MergeType type)
    {
        var set = new FieldSet();
        Collect(Owned(node), type, set);
        return set;
    }

    /// <summary>The fields that are new or have another value, and those that are gone.</summary>
    public static (FieldSet Changed, FieldSet Removed) Compare(JsonObject? before, JsonObject after, MergeType type)
    {
        var (changed, removed) = (new FieldSet(), new FieldSet());
        CompareObject(before is null ? [] : Owned(before), Owned(after), type, changed, removed);
        return (changed, removed);
    }

    private static JsonObject Owned(JsonObject node)
    {
        var copy = (JsonObject)node.DeepClone();
        copy.Remove("apiVersion");
        copy.Remove("kind");
        if (copy["metadata"] is not JsonObject metadata) return copy;
        foreach (var name in NotOwned) metadata.Remove(name);
        if (metadata.Count == 0) copy.Remove("metadata");
        return copy;
    }

    private static void Collect(JsonNode? value, MergeType type, FieldSet set)
    {
        switch (type.Shape(value))
        {
            case MergeShape.Object:
                foreach (var (name, inner) in (JsonObject)value!)
                {
                    var child = set.At(PathElement.Field(name));
                    Collect(inner, type.Field(name), child);
                    if (inner is null or JsonObject { Count: 0 } || !type.Names(name)) child.IsMember = true;
                }
                break;
            case MergeShape.MapList:
                foreach (var item in (JsonArray)value!)
                {
                    if (PathElement.Item(item, type) is not { } element) continue;
                    var child = set.At(element);
                    Collect(item, type.Element, child);
                    child.IsMember = true;
                }
                break;
            case MergeShape.Set:
                foreach (var item in (JsonArray)value!) set.At(PathElement.Value(item)).IsMember = true;
                break;
            default:
                set.IsMember = true;
                break;
        }
    }

    private static void CompareObject(JsonObject before, JsonObject after, MergeType type, FieldSet changed, FieldSet removed)
    {
        foreach (var (name, value) in after)
        {
            var element = PathElement.Field(name);
            if (before.TryGetPropertyValue(name, out var old)) CompareValue(old, value, type.Field(name), changed.At(element), removed.At(element));
            else Added(value, type.Field(name), changed.At(element), named: type.Names(name));
        }
        foreach (var (name, value) in before)
            if (!after.ContainsKey(name)) Gone(value, type.Field(name), removed.At(PathElement.Field(name)));
    }

    private static void CompareValue(JsonNode? before, JsonNode? after, MergeType type, FieldSet changed, FieldSet removed)
    {
        var shape = type.Shape(after);
        if (shape == MergeShape.Atomic || shape != type.Shape(before))
        {
            if (!JsonNode.DeepEquals(before, after)) changed.IsMember = true;
            return;
        }
        if (shape == MergeShape.Object)
        {
            CompareObject((JsonObject)before!, (JsonObject)after!, type, changed, removed);
            return;
        }
        var (old, now) = (Items((JsonArray)before!, type, shape), Items((JsonArray)after!, type, shape));
        foreach (var (element, item) in now)
        {
            if (!old.TryGetValue(element, out var was)) Added(item, type.Element, changed.At(element), named: false);
            else if (shape == MergeShape.MapList) CompareValue(was, item, type.Element, changed.At(element), removed.At(element));
        }
        foreach (var (element, item) in old)
            if (!now.ContainsKey(element)) Gone(item, type.Element, removed.At(element));
    }

    // A new map belongs to who made it, as do its keys; a new object of a type only by its fields.
    private static void Added(JsonNode? value, MergeType type, FieldSet changed, bool named)
    {
        Collect(value, type, changed);
        if (!named || (value is JsonObject node && node.Any(p => !type.Names(p.Key)))) changed.IsMember = true;
    }

    private static void Gone(JsonNode? value, MergeType type, FieldSet removed)
    {
        Collect(value, type, removed);
        removed.IsMember = true;
    }

    private static Dictionary<PathElement, JsonNode?> Items(JsonArray list, MergeType type, MergeShape shape)
    {
        var items = new Dictionary<PathElement, JsonNode?>();
        foreach (var item in list)
            if ((shape == MergeShape.Set ? PathElement.Value(item) : PathElement.Item(item, type)) is { } element) items.TryAdd(element, item);
        return items;
    }
}
