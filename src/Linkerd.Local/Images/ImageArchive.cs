using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Linkerd.Local.Images;

/// <summary>Reads the two forms of image archives: OCI image layout, and what <c>docker save</c> writes.</summary>
internal static class ImageArchive
{
    private const int MaxDepth = 4;
    private const string NameAnnotation = "org.opencontainers.image.ref.name";
    private const string ContainerdAnnotation = "io.containerd.image.name";

    /// <summary>The images in an extracted archive; <paramref name="name"/> replaces the names they bring.</summary>
    public static IEnumerable<ImageArchiveEntry> Read(string folder, string? name)
    {
        if (File.Exists(Path.Combine(folder, "manifest.json")))
            return ReadDocker(folder, name);
        if (File.Exists(Path.Combine(folder, "index.json")))
            return ReadLayout(folder, name);
        throw new InvalidDataException("neither manifest.json (docker save) nor index.json (OCI layout) is in it");
    }

    private static IEnumerable<ImageArchiveEntry> ReadDocker(string folder, string? name)
    {
        foreach (var entry in Parse(folder, "manifest.json").AsArray())
        {
            var config = Inside(folder, Text(entry, "Config"));
            var layers = Items(entry, "Layers").Select(l => Inside(folder, l!.GetValue<string>())).ToList();
            var names = name is not null ? [name] : entry!["RepoTags"] is JsonArray tags ? tags.Select(t => t!.GetValue<string>()).ToArray() : [];
            yield return new ImageArchiveEntry(Digest(config), config, layers, names);
        }
    }

    private static IEnumerable<ImageArchiveEntry> ReadLayout(string folder, string? name)
    {
        foreach (var found in Manifests(folder, Parse(folder, "index.json"), null, 0))
        {
            var manifest = found.Manifest;
            var config = Blob(folder, Text(manifest["config"], "digest"));
            var layers = Items(manifest, "layers").Select(l => Blob(folder, Text(l, "digest"))).ToList();
            var names = name is not null ? [name] : found.Name is { } own ? new[] { own } : [];
            yield return new ImageArchiveEntry(Digest(config), config, layers, names);
        }
    }

    // An index may hold indexes, one manifest for each architecture.
    private static IEnumerable<(JsonNode Manifest, string? Name)> Manifests(string folder, JsonNode index, string? outer, int depth)
    {
        if (depth > MaxDepth)
            throw new InvalidDataException($"more than {MaxDepth} indexes are in one another");
        var architecture = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";
        foreach (var entry in Items(index, "manifests"))
        {
            if (entry!["platform"]?["architecture"]?.GetValue<string>() is { } other && other != architecture)
                continue;
            var name = entry["annotations"]?[ContainerdAnnotation]?.GetValue<string>() ?? entry["annotations"]?[NameAnnotation]?.GetValue<string>() ?? outer;
            var document = Parse(folder, Path.GetRelativePath(folder, Blob(folder, Text(entry, "digest"))));
            if (document["manifests"] is null)
                yield return (document, name);
            else
            {
                foreach (var inner in Manifests(folder, document, name, depth + 1))
                    yield return inner;
            }
        }
    }

    private static JsonNode Parse(string folder, string file) =>
        JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, file))) ?? throw new InvalidDataException($"{file} is empty");

    private static string Text(JsonNode? node, string name) =>
        node?[name]?.GetValue<string>() ?? throw new InvalidDataException($"a manifest has no \"{name}\"");

    private static JsonArray Items(JsonNode? node, string name) =>
        node?[name] as JsonArray ?? throw new InvalidDataException($"a manifest has no list \"{name}\"");

    private static string Blob(string folder, string digest) => Inside(folder, "blobs/" + digest.Replace(':', '/'));

    private static string Inside(string folder, string path)
    {
        var full = Path.GetFullPath(Path.Combine(folder, path));
        return full.StartsWith(folder + "/", StringComparison.Ordinal) ? full : throw new InvalidDataException($"path \"{path}\" leaves the archive");
    }

    private static string Digest(string file)
    {
        using var stream = File.OpenRead(file);
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
