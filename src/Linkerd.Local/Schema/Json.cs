using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Linkerd.Local.Schema;

/// <summary>
/// Short ways into a JSON tree. Trees are parsed eagerly by <see cref="ParseObject"/>, so that those in the store can be read by many threads,
/// and integers are always <see cref="long"/>.
/// </summary>
internal static class Json
{
    /// <summary>Levels that a document may have. What is deeper could be stored, but not read again.</summary>
    public const int MaxDepth = 128;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonObject ParseObject(ReadOnlySpan<byte> utf8) =>
        Parse(utf8, null) as JsonObject ?? throw new JsonException("the body must be a JSON object");

    /// <summary>Parses one value; names that occur twice in an object are added to <paramref name="duplicates"/>, the last one wins.</summary>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8, List<string>? duplicates)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            var node = ReadValue(ref reader, duplicates, "");
            if (reader.Read()) throw new JsonException("unexpected data after the top-level value");
            return node;
        }
        catch (InvalidOperationException e)
        {
            // The reader finds only here that the bytes of a text are no UTF-8, or that an escape is half of a character.
            throw new JsonException($"the text at byte {reader.TokenStartIndex} is not valid Unicode", e);
        }
    }

    /// <summary>Whether a document has more levels than <paramref name="most"/>; looks no deeper than that.</summary>
    public static bool IsDeeperThan(this JsonNode? node, int most) => node switch
    {
        JsonObject map => most == 0 || map.Any(p => p.Value.IsDeeperThan(most - 1)),
        JsonArray list => most == 0 || list.Any(i => i.IsDeeperThan(most - 1)),
        _ => false,
    };

    public static byte[] ToUtf8(this JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Compact)) node.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The object under a name; made when there is none.</summary>
    public static JsonObject Child(this JsonObject node, string name)
    {
        if (node[name] is JsonObject child) return child;
        node[name] = child = [];
        return child;
    }

    public static JsonObject? Obj(this JsonNode? node, string name) => (node as JsonObject)?[name] as JsonObject;

    public static JsonArray? Arr(this JsonNode? node, string name) => (node as JsonObject)?[name] as JsonArray;

    public static string? Str(this JsonNode? node, string name) => (node as JsonObject)?[name].AsString();

    public static long? Long(this JsonNode? node, string name) => (node as JsonObject)?[name].AsLong();

    public static bool? Bool(this JsonNode? node, string name) =>
        (node as JsonObject)?[name] is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    public static string? AsString(this JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static long? AsLong(this JsonNode? node)
    {
        if (node is not JsonValue value) return null;
        if (value.TryGetValue(out long number)) return number;
        if (value.TryGetValue(out int small)) return small;
        return value.TryGetValue(out double real) && Math.Floor(real) == real && Math.Abs(real) < 9e18 ? (long)real : null;
    }

    public static double? AsDouble(this JsonNode? node)
    {
        if (node is not JsonValue value) return null;
        if (value.TryGetValue(out double real)) return real;
        return value.AsLong();
    }

    /// <summary>Every element of a list that is an object; nothing for null.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonArray? array) => array?.OfType<JsonObject>() ?? [];

    public static IEnumerable<string> Strings(this JsonArray? array) => array?.Select(AsString).OfType<string>() ?? [];

    /// <summary>Sets a value where there is none, or null.</summary>
    public static void Default(this JsonObject node, string name, string value)
    {
        if (node[name] is null) node[name] = value;
    }

    public static void Default(this JsonObject node, string name, long value)
    {
        if (node[name] is null) node[name] = JsonValue.Create(value);
    }

    public static void Default(this JsonObject node, string name, bool value)
    {
        if (node[name] is null) node[name] = JsonValue.Create(value);
    }

    public static JsonArray ArrayOf(IEnumerable<string> items)
    {
        var array = new JsonArray();
        foreach (var item in items) array.Add((JsonNode?)JsonValue.Create(item));
        return array;
    }

    /// <summary>A copy when there is something to copy.</summary>
    public static JsonNode? Copy(this JsonNode? node) => node?.DeepClone();

    private static JsonNode? ReadValue(ref Utf8JsonReader reader, List<string>? duplicates, string path)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(ref reader, duplicates, path);
            case JsonTokenType.StartArray:
                var array = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    array.Add(ReadValue(ref reader, duplicates, duplicates is null ? "" : $"{path}[{array.Count}]"));
                return array;
            case JsonTokenType.String:
                return JsonValue.Create(reader.GetString());
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var integer) ? JsonValue.Create(integer) : JsonValue.Create(ReadDouble(ref reader));
            case JsonTokenType.True:
                return JsonValue.Create(true);
            case JsonTokenType.False:
                return JsonValue.Create(false);
            default:
                return null;
        }
    }

    private static double ReadDouble(ref Utf8JsonReader reader) =>
        reader.TryGetDouble(out var real) && double.IsFinite(real)
            ? real
            : throw new JsonException(string.Create(CultureInfo.InvariantCulture, $"the number at byte {reader.TokenStartIndex} is out of range"));

    private static JsonObject ReadObject(ref Utf8JsonReader reader, List<string>? duplicates, string path)
    {
        var result = new JsonObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var inner = duplicates is null ? "" : path.Length == 0 ? name : $"{path}.{name}";
            reader.Read();
            if (duplicates is not null && result.ContainsKey(name)) duplicates.Add(inner);
            result[name] = ReadValue(ref reader, duplicates, inner);
        }
        return result;
    }
}
