using System.Text.Json;
using System.Text.Json.Nodes;

namespace Linkerd.Conformance;

/// <summary>What the server answered.</summary>
public sealed record Answer(int Code, string Text, JsonNode? Body, string Headers)
{
    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        JsonNode? body = null;
        try
        {
            if (text.StartsWith('{')) body = JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            // Text that only looks like JSON is left as text.
        }
        return new Answer((int)response.StatusCode, text, body, $"{response.Headers}{response.Content.Headers}");
    }
}
