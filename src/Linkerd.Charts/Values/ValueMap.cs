using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Linkerd.Charts.Values;

/// <summary>
/// A map of values as templates see them, ordered by key. A value is null, <see cref="bool"/>, <see cref="long"/>,
/// <see cref="double"/>, <see cref="string"/>, <see cref="ValueMap"/> or a list of values (<see cref="List{T}"/>).
/// Numbers read from YAML are doubles, as in Helm; those of <c>--set</c> and of template literals are integers.
/// </summary>
public sealed class ValueMap : SortedDictionary<string, object?>
{
    /// <summary>Creates an empty map.</summary>
    public ValueMap()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>The values of a JSON object; its numbers become doubles.</summary>
    public static ValueMap From(JsonObject json)
    {
        var map = new ValueMap();
        foreach (var (key, value) in json)
            map[key] = FromNode(value);
        return map;
    }

    /// <summary>The value at a dotted path, or null where something on the way is absent or no map.</summary>
    public object? Find(string path)
    {
        object? current = this;
        foreach (var key in path.Split('.'))
        {
            if (current is not ValueMap map || !map.TryGetValue(key, out current))
                return null;
        }

        return current;
    }

    /// <summary>Sets the value at a dotted path, with maps on the way made where they are absent.</summary>
    public void Put(string path, object? value)
    {
        var keys = path.Split('.');
        var map = this;
        foreach (var key in keys.AsSpan(0, keys.Length - 1))
        {
            if (!map.TryGetValue(key, out var next) || next is not ValueMap inner)
                map[key] = inner = [];
            map = inner;
        }

        map[keys[^1]] = value;
    }

    /// <summary>A copy that shares nothing.</summary>
    public ValueMap Copy() => (ValueMap)CopyOf(this)!;

    /// <summary>The values as JSON; whole doubles are written without a fraction.</summary>
    public JsonObject ToJson() => (JsonObject)ToNode(this)!;

    internal static object? CopyOf(object? value)
    {
        switch (value)
        {
            case ValueMap map:
                var copy = new ValueMap();
                foreach (var (key, item) in map)
                    copy[key] = CopyOf(item);
                return copy;
            case List<object?> list:
                return list.ConvertAll(CopyOf);
            default:
                return value;
        }
    }

    internal static JsonNode? ToNode(object? value) => value switch
    {
        null => null,
        bool b => JsonValue.Create(b),
        long n => JsonValue.Create(n),
        double d when double.IsInteger(d) && Math.Abs(d) < 1e15 => JsonValue.Create((long)d),
        double d => JsonValue.Create(d),
        string s => JsonValue.Create(s),
        ValueMap map => new JsonObject(map.Select(e => KeyValuePair.Create(e.Key, ToNode(e.Value)))),
        List<object?> list => new JsonArray([.. list.Select(ToNode)]),
        _ => JsonValue.Create(GoFormat.Text(value)),
    };

    internal static object? FromNode(JsonNode? node)
    {
        switch (node)
        {
            case null:
                return null;
            case JsonObject map:
                return From(map);
            case JsonArray array:
                return array.Select(FromNode).ToList();
            default:
                return node.GetValueKind() switch
                {
                    JsonValueKind.True => true,
                    JsonValueKind.False => false,
                    JsonValueKind.Number => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture),
                    _ => node.GetValue<string>(),
                };
        }
    }
}
