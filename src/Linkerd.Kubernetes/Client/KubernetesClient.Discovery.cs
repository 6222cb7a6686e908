using Linkerd.Kubernetes.Models;

namespace Linkerd.Kubernetes;

/// <summary>Discovery: what the server is and serves.</summary>
public sealed partial class KubernetesClient
{
    /// <summary>The server's version.</summary>
    public Task<VersionInfo> GetVersionAsync(CancellationToken cancel = default) =>
        SendJsonAsync(HttpMethod.Get, "version", null, KubernetesJson.Default.VersionInfo, cancel);

    /// <summary>The API groups other than the core group.</summary>
    public Task<ApiGroupList> GetApiGroupsAsync(CancellationToken cancel = default) =>
        SendJsonAsync(HttpMethod.Get, "apis", null, KubernetesJson.Default.ApiGroupList, cancel);

    /// <summary>The resources of one group version (<c>v1</c>, <c>apps/v1</c>); null when the server does not serve it.</summary>
    public async Task<ApiResourceList?> FindApiResourcesAsync(string groupVersion, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(groupVersion);
        try
        {
            var path = groupVersion.Contains('/') ? "apis/" + groupVersion : "api/" + groupVersion;
            return await SendJsonAsync(HttpMethod.Get, path, null, KubernetesJson.Default.ApiResourceList, cancel);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Whether the server serves a resource.</summary>
    public async Task<bool> ServesAsync(GroupVersionResource gvr, CancellationToken cancel = default) =>
        (await FindApiResourcesAsync(gvr.ApiVersion, cancel))?.Resources?.Any(r => r.Name == gvr.Resource) ?? false;

    /// <summary>Finds a resource by plural, singular, short name or kind among all groups in their preferred versions; null when there is none.</summary>
    public async Task<(GroupVersionResource Gvr, ApiResource Resource)?> FindResourceAsync(string name, CancellationToken cancel = default)
    {
        var groups = await GetApiGroupsAsync(cancel);
        var versions = (groups.Groups ?? []).Select(static g => g.PreferredVersion?.GroupVersion).OfType<string>().Prepend("v1");
        foreach (var groupVersion in versions)
        {
            var list = await FindApiResourcesAsync(groupVersion, cancel);
            var found = list?.Resources?.FirstOrDefault(r => Names(r).Contains(name, StringComparer.OrdinalIgnoreCase));
            if (found?.Name is not { } plural)
                continue;
            var slash = groupVersion.IndexOf('/', StringComparison.Ordinal);
            var gvr = slash < 0
                ? new GroupVersionResource("", groupVersion, plural)
                : new GroupVersionResource(groupVersion[..slash], groupVersion[(slash + 1)..], plural);
            return (gvr, found);
        }

        return null;
    }

    private static IEnumerable<string> Names(ApiResource resource) =>
        resource.Name?.Contains('/') == true ? [] : [resource.Name ?? "", resource.SingularName ?? "", resource.Kind ?? "", .. resource.ShortNames ?? []];
}
