using System.Text.Json.Nodes;

namespace Linkerd.Local.Images;

/// <summary>Reads an image that was loaded: its root and the part of its configuration that a runtime needs.</summary>
internal static class UnpackedImage
{
    public static ContainerImage Read(string name, string folder)
    {
        var config = JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")))?["config"];
        return new ContainerImage
        {
            Name = name,
            Id = "sha256:" + Path.GetFileName(folder),
            Layer = Path.Combine(folder, "root"),
            Entrypoint = Strings(config?["Entrypoint"]),
            Arguments = Strings(config?["Cmd"]),
            Environment = Strings(config?["Env"]),
            WorkingFolder = config?["WorkingDir"]?.GetValue<string>() ?? "",
            User = config?["User"]?.GetValue<string>() ?? "",
        };
    }

    private static string[] Strings(JsonNode? node) => node is JsonArray list ? [.. list.Select(static v => v!.GetValue<string>())] : [];
}
