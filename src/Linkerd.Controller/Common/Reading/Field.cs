using System.Text.Json;
using System.Text.Json.Nodes;

namespace Linkerd.Controller.Common.Reading;

/// <summary>A value inside a resource and the path that leads to it, for errors that say where they are.</summary>
/// <param name="Node">The value; null when absent.</param>
/// <param name="Path">As a user writes it: <c>spec.rules[0].matches</c>.</param>
internal readonly record struct Field(JsonNode? Node, string Path)
{
    private const int MaxShown = 80;

    public bool IsPresent => Node is not null;

    /// <summary>A member of an object; absent when the object is.</summary>
    public Field this[string name] => Node switch
    {
        null => new Field(null, Join(name)),
        JsonObject value => new Field(value[name], Join(name)),
        _ => throw Fault("must be an object"),
    };

    /// <summary>The elements of a list; none when it is absent.</summary>
    public IEnumerable<Field> Items()
    {
        var path = Path;
        return Node switch
        {
            null => [],
            JsonArray list => list.Select((item, index) => new Field(item, $"{path}[{index}]")),
            _ => throw Fault("must be a list"),
        };
    }

    /// <summary>The members of an object whose values are texts.</summary>
    public IReadOnlyDictionary<string, string> Texts()
    {
        if (Node is not null and not JsonObject)
            throw Fault("must be an object");
        var texts = new Dictionary<string, string>();
        foreach (var (name, value) in Node as JsonObject ?? [])
            texts[name] = new Field(value, Join(name)).Text();
        return texts;
    }

    /// <summary>A text that must be there; it may be empty.</summary>
    public string Text() => OptionalText() ?? throw Fault("is required");

    /// <summary>A text that must be there and not be empty.</summary>
    public string Name() => OptionalText() is { Length: > 0 } text ? text : throw Fault("must not be empty");

    /// <summary>A text, or null.</summary>
    public string? OptionalText() => Node switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => throw Fault("must be a text"),
    };

    /// <summary>A number from <paramref name="min"/> to <paramref name="max"/>, or null when absent.</summary>
    public long? OptionalNumber(long min, long max) => Node switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<long>(out var number) && number >= min && number <= max => number,
        _ => throw Fault($"must be a whole number from {min} to {max}"),
    };

    /// <summary>A number that must be there.</summary>
    public long Number(long min, long max) => OptionalNumber(min, max) ?? throw Fault("is required");

    /// <summary>True or false; false when absent.</summary>
    public bool Flag() => Node switch
    {
        null => false,
        JsonValue value when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => value.GetValue<bool>(),
        _ => throw Fault("must be true or false"),
    };

    /// <summary>An error about this value.</summary>
    public InvalidResourceException Fault(string what)
    {
        if (Node is null)
            return new InvalidResourceException($"{Path}: {what}");
        var text = Shown(Node);
        return new InvalidResourceException($"{Path}: {(text.Length > MaxShown ? text[..MaxShown] + "…" : text)} {what}");
    }

    private static string Shown(JsonNode node)
    {
        try
        {
            return node.ToJsonString();
        }
        catch (InvalidOperationException)
        {
            // Nested deeper than can be written.
            return node is JsonArray ? "[…]" : "{…}";
        }
    }

    private string Join(string name) => Path.Length == 0 ? name : Path + "." + name;
}
