using System.Text.Json;

namespace Linkerd.Controller.Destination.Core;

/// <summary>What a proxy says of itself when it asks; every part may be empty.</summary>
/// <param name="Namespace">Namespace of its pod.</param>
/// <param name="NodeName">Node of its pod, for topology.</param>
/// <param name="Pod">Name of its pod.</param>
public sealed record ContextToken(string Namespace, string NodeName, string Pod)
{
    private const int MaxLength = 4096;

    /// <summary>Nothing is known of who asks.</summary>
    public static ContextToken None { get; } = new("", "", "");

    /// <summary>Parses JSON <c>{"ns","nodeName","pod"}</c> or the older <c>ns:NAMESPACE</c>; anything else is <see cref="None"/>.</summary>
    public static ContextToken Parse(string text)
    {
        if (text.Length is 0 or > MaxLength)
            return None;
        if (text.StartsWith("ns:", StringComparison.Ordinal))
            return None with { Namespace = text[3..] };
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? new ContextToken(Text(json, "ns"), Text(json, "nodeName"), Text(json, "pod"))
                : None;
        }
        catch (JsonException)
        {
            return None;
        }
    }

    private static string Text(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
