using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Local.Controllers;

/// <summary>All resources that the server has now, one version of each.</summary>
internal static class ResourceCatalog
{
    private static readonly string[] Needed = ["list", "watch", "delete"];

    public static async Task<IReadOnlyList<ResourceType<Workload>>> ReadAsync(KubernetesClient client, CancellationToken cancel)
    {
        var groups = await client.GetApiGroupsAsync(cancel);
        var found = new List<ResourceType<Workload>>();
        foreach (var version in (groups.Groups ?? []).Select(static g => g.PreferredVersion?.GroupVersion).OfType<string>().Prepend("v1"))
        {
            ApiResourceList? list;
            try
            {
                list = await client.FindApiResourcesAsync(version, cancel);
            }
            catch (KubernetesException)
            {
                // An aggregated API whose server is away: what it holds is not ours to collect.
                continue;
            }

            var slash = version.IndexOf('/', StringComparison.Ordinal);
            var (group, number) = slash < 0 ? ("", version) : (version[..slash], version[(slash + 1)..]);
            foreach (var resource in list?.Resources ?? [])
            {
                if (resource is { Name: { } plural, Kind: { } kind } && !plural.Contains('/') && Needed.All(v => (resource.Verbs ?? []).Contains(v)))
                    found.Add(WorkloadResources.Of(group, number, plural, kind, resource.Namespaced));
            }
        }

        return found;
    }
}
