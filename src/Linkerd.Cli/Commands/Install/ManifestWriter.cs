using System.Text.Json;
using System.Text.Json.Nodes;
using Linkerd.Charts;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Cli.Commands.Install;

/// <summary>Writes manifests for <c>kubectl</c>: YAML as rendered, or one JSON document after the other.</summary>
internal static class ManifestWriter
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    public static async Task WriteAsync(IEnumerable<Manifest> manifests, string format, ITerminal terminal)
    {
        var list = manifests.ToList();
        if (format == "json")
            await WriteAsync(list.Select(m => m.Content.ToJson()), format, terminal);
        else
            await terminal.Out.WriteAsync(Charts.Manifests.Join(list));
        await terminal.Out.FlushAsync();
    }

    public static async Task WriteAsync(IEnumerable<JsonObject> documents, string format, ITerminal terminal)
    {
        foreach (var document in documents)
            await terminal.Out.WriteAsync(format == "json" ? Json(document) : "---\n" + KubernetesYaml.Write(document));
        await terminal.Out.FlushAsync();
    }

    /// <summary>The document as indented JSON with a newline at its end.</summary>
    public static string Json(JsonObject document)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented))
            document.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
