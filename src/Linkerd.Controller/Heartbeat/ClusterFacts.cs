using System.Globalization;
using Linkerd.Kubernetes;

namespace Linkerd.Controller.Heartbeat;

/// <summary>What Kubernetes knows of the mesh.</summary>
internal static class ClusterFacts
{
    private const string ExtensionLabel = "linkerd.io/extension";

    private static readonly GroupVersionResource s_profiles = new("linkerd.io", "v1alpha2", "serviceprofiles");

    public static async Task GatherAsync(Facts facts, KubernetesClient client, string ns, CancellationToken cancel)
    {
        await facts.TryAsync("uuid and install-time", async () =>
        {
            var config = (await client.Resource(Resources.ConfigMaps, ns).GetAsync("linkerd-config", cancel)).Metadata;
            facts.Add("uuid", config.Uid ?? "");
            if (config.CreationTimestamp is { } created)
                facts.Add("install-time", created.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        });
        await facts.TryAsync("k8s-version", async () => facts.Add("k8s-version", (await client.GetVersionAsync(cancel)).GitVersion ?? ""));
        await facts.TryAsync("extensions", async () =>
        {
            await foreach (var extension in client.Resource(Resources.Namespaces).ListAllAsync(new ListOptions { LabelSelector = ExtensionLabel }, cancel))
                facts.Add("ext-" + extension.Metadata.Labels?.GetValueOrDefault(ExtensionLabel), "1");
        });
        await facts.TryAsync("service-profile-count", async () =>
        {
            var count = 0;
            await foreach (var profile in client.Dynamic(s_profiles, "ServiceProfile", namespaced: true).ListAllAsync(cancel: cancel))
                count++;
            facts.Add("service-profile-count", count.ToString(CultureInfo.InvariantCulture));
        });
    }
}
