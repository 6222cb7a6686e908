using System.Text.Json.Nodes;
using Linkerd.Charts;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Cli.Commands.Install;

/// <summary>What installing wants to know of a cluster.</summary>
internal sealed class TargetCluster(KubernetesClient client, string ns)
{
    /// <summary>The namespace label that keeps webhooks away from a namespace.</summary>
    public const string AdmissionLabel = "config.linkerd.io/admission-webhooks";

    private const string MetadataNameSince = ">=1.21.0-0";

    /// <summary>The client.</summary>
    public KubernetesClient Client => client;

    /// <summary>The version, and the group versions that are served, with the kinds of those that changed theirs.</summary>
    public async Task<ClusterCapabilities> CapabilitiesAsync(CancellationToken cancel)
    {
        var version = await client.GetVersionAsync(cancel);
        var groups = await client.GetApiGroupsAsync(cancel);
        var served = (groups.Groups ?? []).SelectMany(g => g.Versions ?? []).Select(v => v.GroupVersion).OfType<string>().Prepend("v1").ToList();
        foreach (var groupVersion in (string[])["policy/v1", "batch/v1"])
        {
            var list = await client.FindApiResourcesAsync(groupVersion, cancel);
            served.AddRange((list?.Resources ?? []).Select(r => $"{groupVersion}/{r.Kind}").Distinct());
        }

        return new ClusterCapabilities(version.GitVersion ?? "v1.20.0", served);
    }

    /// <summary>Whether a control plane is there.</summary>
    public async Task<bool> IsInstalledAsync(CancellationToken cancel) => await client.Resource(Resources.ConfigMaps, ns).FindAsync("linkerd-config", cancel) is not null;

    /// <summary>The definitions of resources that exist, by name, with their labels.</summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> DefinitionsAsync(CancellationToken cancel)
    {
        var found = new Dictionary<string, IReadOnlyDictionary<string, string>>();
        await foreach (var definition in client.Resource(Resources.CustomResourceDefinitions).ListAllAsync(cancel: cancel))
            found[definition.Metadata.Name ?? ""] = definition.Metadata.Labels ?? new Dictionary<string, string>();
        return found;
    }

    /// <summary>Ports of the API server as its Service names them; null when they cannot be told.</summary>
    public async Task<string?> ApiServerPortsAsync(CancellationToken cancel)
    {
        var service = await client.Resource(Resources.Services, "default").FindAsync("kubernetes", cancel);
        var ports = (service?.Spec?.Ports ?? []).SelectMany(p => new[] { p.Port, p.TargetPort?.Number ?? 0 }).Where(p => p > 0).Distinct().Order().ToList();
        return ports.Count == 0 ? null : string.Join(',', ports);
    }

    /// <summary>Nodes whose container runtime is Docker's.</summary>
    public async Task<IReadOnlyList<string>> DockerNodesAsync(CancellationToken cancel)
    {
        var nodes = new List<string>();
        await foreach (var node in client.Resource(Resources.Nodes).ListAllAsync(cancel: cancel))
        {
            if (node.Status?.NodeInfo?.ContainerRuntimeVersion?.StartsWith("docker:", StringComparison.Ordinal) == true)
                nodes.Add(node.Metadata.Name ?? "");
        }

        return nodes;
    }

    /// <summary>How many nodes take pods that tolerate nothing.</summary>
    public async Task<int> OpenNodesAsync(CancellationToken cancel)
    {
        var count = 0;
        await foreach (var node in client.Resource(Resources.Nodes).ListAllAsync(cancel: cancel))
        {
            if (node.Spec?.Unschedulable != true && (node.Spec?.Taints ?? []).All(static t => t.Effect is not ("NoSchedule" or "NoExecute")))
                count++;
        }

        return count;
    }

    /// <summary>Whether pods of kube-system start even while the webhook is away.</summary>
    public async Task<bool> KubeSystemIsSafeAsync(ClusterCapabilities capabilities, CancellationToken cancel)
    {
        if (capabilities.Satisfies(MetadataNameSince))
            return true;
        var system = await client.Resource(Resources.Namespaces).FindAsync("kube-system", cancel);
        return system?.Metadata.Labels?.GetValueOrDefault(AdmissionLabel) == "disabled";
    }

    /// <summary>Data of a ConfigMap's key.</summary>
    public async Task<string?> ConfigAsync(string name, string key, CancellationToken cancel) =>
        (await client.Resource(Resources.ConfigMaps, ns).FindAsync(name, cancel))?.Data?.GetValueOrDefault(key);

    /// <summary>Data of a Secret's key, as text.</summary>
    public async Task<string?> SecretAsync(string name, string key, CancellationToken cancel) =>
        (await client.Resource(Resources.Secrets, ns).FindAsync(name, cancel))?.Data?.GetValueOrDefault(key) is { } data ? System.Text.Encoding.UTF8.GetString(data) : null;
}
