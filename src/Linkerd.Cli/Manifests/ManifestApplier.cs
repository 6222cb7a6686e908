using System.Text.Json.Nodes;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Manifests;

/// <summary>Creates objects, or merges them into what is there, in the order given.</summary>
internal static class ManifestApplier
{
    private static readonly TimeSpan NewKindLimit = TimeSpan.FromSeconds(10);

    /// <summary>Applies every document.</summary>
    /// <exception cref="CliException">The server does not know a kind.</exception>
    public static async Task ApplyAsync(KubernetesClient client, IEnumerable<JsonObject> documents, CancellationToken cancel)
    {
        var known = new Dictionary<(string, string), (GroupVersionResource Gvr, bool Namespaced)>();
        foreach (var document in documents)
        {
            var version = document["apiVersion"]?.GetValue<string>() ?? throw new CliException("a manifest has no apiVersion");
            var kind = document["kind"]?.GetValue<string>() ?? throw new CliException("a manifest has no kind");
            if (!known.TryGetValue((version, kind), out var resource))
                known[(version, kind)] = resource = await FindAsync(client, version, kind, cancel);
            await ApplyAsync(client, resource.Gvr, kind, resource.Namespaced, document, cancel);
        }
    }

    private static async Task ApplyAsync(KubernetesClient client, GroupVersionResource gvr, string kind, bool namespaced, JsonObject document, CancellationToken cancel)
    {
        var metadata = document["metadata"]?.AsObject() ?? throw new CliException($"a {kind} has no metadata");
        var name = metadata["name"]?.GetValue<string>() ?? throw new CliException($"a {kind} has no name");
        var ns = namespaced ? metadata["namespace"]?.GetValue<string>() ?? "default" : null;
        var resource = client.Dynamic(gvr, kind, namespaced, ns);
        try
        {
            await resource.CreateAsync(document.DeepClone().AsObject(), cancel: cancel);
        }
        catch (KubernetesException e) when (e.IsAlreadyExists)
        {
            await resource.PatchAsync(name, Patch.Merge(document), cancel: cancel);
        }
    }

    // A kind that the documents before have just defined may take a moment.
    private static async Task<(GroupVersionResource Gvr, bool Namespaced)> FindAsync(KubernetesClient client, string version, string kind, CancellationToken cancel)
    {
        var deadline = Environment.TickCount64 + (long)NewKindLimit.TotalMilliseconds;
        while (true)
        {
            var list = await client.FindApiResourcesAsync(version, cancel);
            if ((list?.Resources ?? []).FirstOrDefault(r => r.Kind == kind && r.Name?.Contains('/') == false) is { Name: { } plural } found)
            {
                var slash = version.IndexOf('/', StringComparison.Ordinal);
                return (slash < 0 ? new GroupVersionResource("", version, plural) : new GroupVersionResource(version[..slash], version[(slash + 1)..], plural), found.Namespaced);
            }

            if (Environment.TickCount64 > deadline)
                throw new CliException($"the server does not know {kind} of {version}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancel);
        }
    }
}
