using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Linkerd.Cli.Commands.Viz;

/// <summary>JSON as the viz commands print it: indented by two spaces, null where there is no data.</summary>
internal static class VizText
{
    // Arrows and umlauts in a path need no escapes in a terminal.
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Array(IEnumerable<JsonObject> rows) => Text(new JsonArray([.. rows.Select(static JsonNode (r) => r)]));

    public static string Text(JsonNode value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented))
            value.WriteTo(writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public static long? Round(double? value) => value is { } v ? (long)Math.Round(v, MidpointRounding.AwayFromZero) : null;
}
