using System.Text.Json.Nodes;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Kubernetes;

/// <summary>
/// One or several kubeconfig files merged as kubectl merges them: the first file that has an entry or the current context
/// wins, and relative paths are relative to the file that has them.
/// </summary>
public sealed class KubeConfigFile
{
    private readonly Dictionary<string, KubeConfigEntry> _clusters = [];
    private readonly Dictionary<string, KubeConfigEntry> _users = [];
    private readonly Dictionary<string, KubeConfigEntry> _contexts = [];

    private KubeConfigFile(string source) => Source = source;

    /// <summary>The files, for messages.</summary>
    public string Source { get; }

    /// <summary>Name of the current context, or null.</summary>
    public string? CurrentContext { get; private set; }

    /// <summary>Names of all contexts.</summary>
    public IEnumerable<string> Contexts => _contexts.Keys.Order(StringComparer.Ordinal);

    /// <summary>Loads an explicit file, else the files of <c>KUBECONFIG</c>, else <c>~/.kube/config</c>.</summary>
    /// <exception cref="KubeConfigException">No file was found, or one is malformed.</exception>
    public static KubeConfigFile LoadFiles(string? explicitPath = null)
    {
        var list = Environment.GetEnvironmentVariable("KUBECONFIG");
        var home = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config");
        string[] paths = !string.IsNullOrEmpty(explicitPath) ? [explicitPath]
            : !string.IsNullOrEmpty(list) ? list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            : [home];
        var source = string.Join(Path.PathSeparator, paths);
        var existing = paths.Where(File.Exists).ToList();
        if (existing.Count == 0)
            throw new KubeConfigException($"no kubeconfig at {source}: give --kubeconfig, set KUBECONFIG, or run `linkerd local up` for a cluster on this machine");
        var config = new KubeConfigFile(source);
        foreach (var path in existing)
            config.Merge(File.ReadAllText(path), path);
        return config;
    }

    /// <summary>Parses one kubeconfig; relative paths in it are relative to the folder of <paramref name="path"/>.</summary>
    public static KubeConfigFile Parse(string text, string path)
    {
        var config = new KubeConfigFile(path);
        config.Merge(text, path);
        return config;
    }

    /// <summary>The connection of a context, of the current one by default.</summary>
    /// <exception cref="KubeConfigException">The context, its cluster or its user is missing or unusable.</exception>
    public KubernetesConfig Resolve(string? context = null)
    {
        var name = context ?? CurrentContext;
        if (string.IsNullOrEmpty(name))
            throw new KubeConfigException($"{Source}: current-context is not set; choose one of: {string.Join(", ", Contexts)}");
        if (!_contexts.TryGetValue(name, out var entry))
            throw new KubeConfigException($"{Source}: no context \"{name}\"; there are: {string.Join(", ", Contexts)}");
        var clusterName = entry.Text("cluster");
        if (clusterName is null || !_clusters.TryGetValue(clusterName, out var cluster))
            throw new KubeConfigException($"{Source}: context \"{name}\" names cluster \"{clusterName}\", which is not there");
        var userName = entry.Text("user");
        KubeConfigEntry? user = null;
        if (!string.IsNullOrEmpty(userName) && !_users.TryGetValue(userName, out user))
            throw new KubeConfigException($"{Source}: context \"{name}\" names user \"{userName}\", which is not there");
        return new KubeConfigResolver(name, entry, cluster, user).Resolve();
    }

    private void Merge(string text, string path)
    {
        JsonNode? root;
        try
        {
            root = KubernetesYaml.Read(text);
        }
        catch (FormatException e)
        {
            throw new KubeConfigException($"{path}: {e.Message}", e);
        }

        if (root is null)
            return;
        if (root is not JsonObject document)
            throw new KubeConfigException($"{path}: expected a mapping at the top");
        if (string.IsNullOrEmpty(CurrentContext) && document["current-context"] is JsonValue current)
            CurrentContext = current.ToString();
        Collect(document, "clusters", "cluster", path, _clusters);
        Collect(document, "users", "user", path, _users);
        Collect(document, "contexts", "context", path, _contexts);
    }

    private static void Collect(JsonObject document, string list, string item, string path, Dictionary<string, KubeConfigEntry> into)
    {
        foreach (var node in document[list] as JsonArray ?? [])
        {
            if (node is JsonObject named && named["name"]?.ToString() is { Length: > 0 } name)
                into.TryAdd(name, new KubeConfigEntry(path, $"{list}[{name}]", named[item] as JsonObject ?? []));
        }
    }
}
