using System.Text.Json.Nodes;

namespace Linkerd.Cli.Commands.Viz.Policies;

/// <summary>Reads fields of a document that somebody may have written by hand: what is missing or of another shape is said by its name.</summary>
internal static class PolicyFields
{
    /// <summary>A field; null where there is none, or where its owner is no object.</summary>
    public static JsonNode? Find(this JsonNode? owner, string name) => owner is JsonObject fields ? fields[name] : null;

    /// <summary>A field.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static JsonNode Field(this JsonNode owner, string name) => owner.Find(name) ?? throw new FormatException($"{name} is missing");

    /// <summary>A text, or a number as text.</summary>
    /// <exception cref="FormatException">There is none, or it is something else.</exception>
    public static string Text(this JsonNode owner, string name) => owner.Field(name) is JsonValue value ? value.ToString() : throw new FormatException($"{name} is no text");

    /// <summary>The items of a list.</summary>
    /// <exception cref="FormatException">There is none, it is something else, or an item is empty.</exception>
    public static IEnumerable<JsonNode> Items(this JsonNode owner, string name) =>
        owner.Field(name) is JsonArray items ? items.Select(i => i ?? throw new FormatException($"{name} has an empty item")) : throw new FormatException($"{name} is no list");

    /// <summary>The items of a list that may be left out.</summary>
    /// <exception cref="FormatException">It is something else, or an item is empty.</exception>
    public static IEnumerable<JsonNode> OptionalItems(this JsonNode owner, string name) => owner.Find(name) is null ? [] : owner.Items(name);
}
