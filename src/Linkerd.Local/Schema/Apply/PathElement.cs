using System.Text.Json.Nodes;

namespace Linkerd.Local.Schema.Apply;

/// <summary>One step from an object to a field of it, in the form in which <c>fieldsV1</c> writes it: <c>f:name</c>, <c>k:{"name":"a"}</c> or <c>v:"a"</c>.</summary>
internal readonly record struct PathElement(string Key)
{
    public static PathElement Field(string name) => new("f:" + name);

    /// <summary>An element of a list that is a set.</summary>
    public static PathElement Value(JsonNode? value) => new("v:" + (value?.ToJsonString() ?? "null"));

    /// <summary>An element of a list that is a map; null when the element lacks a key.</summary>
    public static PathElement? Item(JsonNode? item, MergeType list)
    {
        if (item is not JsonObject node) return null;
        var identity = new JsonObject();
        foreach (var key in list.Keys.Order(StringComparer.Ordinal))
        {
            var value = node[key] ?? list.Element.DefaultOf(key);
            if (value is null && list.Keys.Length == 1) return null;
            identity[key] = value.Copy();
        }
        return new PathElement("k:" + identity.ToJsonString());
    }

    /// <summary>As messages write it: <c>.name</c>, <c>[name="a"]</c>, <c>[="a"]</c>.</summary>
    public override string ToString()
    {
        switch (Key[0])
        {
            case 'f':
                return "." + Key[2..];
            case 'v':
                return $"[={Key[2..]}]";
            default:
                return JsonNode.Parse(Key[2..]) is JsonObject identity ? $"[{string.Join(',', identity.Select(p => $"{p.Key}={p.Value?.ToJsonString() ?? "null"}"))}]" : $"[{Key[2..]}]";
        }
    }
}
