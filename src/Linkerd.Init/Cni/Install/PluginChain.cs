using System.Text.Json;
using System.Text.Json.Nodes;

namespace Linkerd.Init.Cni.Install;

/// <summary>Puts the plugin's entry into the configuration of others, and takes it out again. Texts in, texts out.</summary>
internal static class PluginChain
{
    private const string Type = "linkerd-cni";

    /// <summary>Marks a list that was made of a single configuration, so that the single one can be restored.</summary>
    private const string ConvertedMark = "linkerd-cni/converted";

    /// <summary>What a list says of its version when the single configuration said nothing.</summary>
    private const string DefaultVersion = "0.3.1";

    /// <summary>
    /// The list with the entry as its last plugin; of a single configuration a list of two. Null when the text has the
    /// entry already, as it should be.
    /// </summary>
    /// <exception cref="FormatException">The text is not a CNI configuration.</exception>
    public static string? With(string text, JsonObject entry)
    {
        var root = Read(text);
        if (root["plugins"] is not { } node)
            return JsonText.Of(ListOf(root, entry));
        var plugins = node as JsonArray ?? throw new FormatException("plugins is not a list");
        if (plugins.Count == 0 || plugins.All(IsOurs))
            throw new FormatException("it has no plugin that makes a network");
        if (IsOurs(plugins[^1]) && plugins.Count(IsOurs) == 1 && JsonNode.DeepEquals(plugins[^1], entry))
            return null;
        Remove(plugins);
        plugins.Add((JsonNode)entry.DeepClone());
        return JsonText.Of(root);
    }

    /// <summary>The list without the entry, null when it has none; <paramref name="isSingle"/>: it was a single configuration, and is again.</summary>
    /// <exception cref="FormatException">The text is not a CNI configuration.</exception>
    public static string? Without(string text, out bool isSingle)
    {
        isSingle = false;
        var root = Read(text);
        if (root["plugins"] is not JsonArray plugins || !plugins.Any(IsOurs))
            return null;
        Remove(plugins);
        isSingle = root[ConvertedMark] is not null && plugins.Count == 1;
        return JsonText.Of(isSingle ? plugins[0]! : root);
    }

    /// <summary>Whether the entry is there, as it should be; null when the text is not a CNI configuration.</summary>
    public static bool? Has(string text, JsonObject entry)
    {
        try
        {
            return With(text, entry) is null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>The entry with its placeholders filled.</summary>
    /// <exception cref="FormatException">The text is not a JSON object of the type linkerd-cni.</exception>
    public static JsonObject Entry(string template, string kubeConfig)
    {
        var entry = Read(template.Replace("__KUBECONFIG_FILEPATH__", JsonEncodedText.Encode(kubeConfig).ToString(), StringComparison.Ordinal));
        return IsOurs(entry) ? entry : throw new FormatException($"its type is not \"{Type}\"");
    }

    private static JsonObject ListOf(JsonObject single, JsonObject entry)
    {
        if (JsonText.Text(single["type"]) is not { Length: > 0 })
            throw new FormatException("it has neither plugins nor a type");
        var name = JsonText.Text(single["name"]) ?? throw new FormatException("it has no name");
        return new JsonObject
        {
            ["name"] = name,
            ["cniVersion"] = JsonText.Text(single["cniVersion"]) is { Length: > 0 } version && !version.StartsWith("0.1", StringComparison.Ordinal) && !version.StartsWith("0.2", StringComparison.Ordinal)
                ? version : DefaultVersion,
            [ConvertedMark] = true,
            ["plugins"] = new JsonArray(single, entry.DeepClone()),
        };
    }

    private static void Remove(JsonArray plugins)
    {
        for (var i = plugins.Count - 1; i >= 0; i--)
        {
            if (IsOurs(plugins[i]))
                plugins.RemoveAt(i);
        }
    }

    private static bool IsOurs(JsonNode? plugin) => plugin is JsonObject o && JsonText.Text(o["type"]) == Type;

    private static JsonObject Read(string text)
    {
        try
        {
            var root = JsonNode.Parse(text) as JsonObject ?? throw new FormatException("it is not a JSON object");
            // A key that is there twice shows when the object is looked into for the first time; here rather than later.
            _ = root.ContainsKey(Type);
            foreach (var plugin in root["plugins"] as JsonArray ?? [])
                _ = (plugin as JsonObject)?.ContainsKey(Type);
            return root;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new FormatException(e.Message, e);
        }
    }
}
