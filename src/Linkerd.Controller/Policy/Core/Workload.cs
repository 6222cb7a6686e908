using System.Text.Json;

namespace Linkerd.Controller.Policy.Core;

/// <summary>Who asks: a pod, or a workload outside of the cluster.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Pod">Name of the pod, or null.</param>
/// <param name="External">Name of the external workload, or null.</param>
public sealed record Workload(string Namespace, string? Pod, string? External)
{
    private const int MaxLength = 4096;

    /// <summary>Parses <c>ns:pod</c> or JSON <c>{"ns","pod"}</c> or <c>{"ns","external_workload"}</c>.</summary>
    /// <returns>Null when the text is none of these.</returns>
    public static Workload? Parse(string text)
    {
        if (text.Length is 0 or > MaxLength)
            return null;
        if (text[0] == '{')
            return ParseJson(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < text.Length - 1 ? new Workload(text[..colon], text[(colon + 1)..], null) : null;
    }

    private static Workload? ParseJson(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var (ns, pod, external) = (Text(json, "ns"), Text(json, "pod"), Text(json, "external_workload"));
            return ns is null || (pod is null && external is null) ? null : new Workload(ns, pod, external);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
