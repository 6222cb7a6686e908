using System.Text.Json.Nodes;

namespace Linkerd.Local.Printing;

/// <summary>One column: its definition and how a cell is made from an object at a time.</summary>
internal sealed record TableColumn(string Name, string Type, int Priority, Func<JsonObject, DateTimeOffset, JsonNode?> Cell)
{
    public string Format { get; init; } = "";

    public string Description { get; init; } = "";

    public JsonObject Definition() => new()
    {
        ["name"] = Name,
        ["type"] = Type,
        ["format"] = Format,
        ["description"] = Description,
        ["priority"] = JsonValue.Create((long)Priority),
    };
}
