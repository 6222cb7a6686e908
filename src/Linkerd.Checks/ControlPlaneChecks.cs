using System.Net;
using Linkerd.Charts.Values;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Checks;

/// <summary>The control plane's objects and pods.</summary>
internal sealed class ControlPlaneChecks(CheckContext context)
{
    private static readonly string[] Components = ["linkerd-destination", "linkerd-identity", "linkerd-proxy-injector"];

    public CheckCategory Existence() => new("linkerd-existence",
    [
        new("'linkerd-config' config map exists", "l5d-existence-linkerd-config", async c => await context.ValuesAsync(c)) { Fatal = true },
        new("control plane replica sets are ready", "l5d-existence-replicasets", ReplicaSetsAsync) { Fatal = true, Retries = true },
        new("no unschedulable pods", "l5d-existence-unschedulable-pods", ScheduledAsync) { Warning = true, Retries = true },
        new("control plane pods are ready", "l5d-api-control-ready", PodsAsync) { Fatal = true, Retries = true },
        new("cluster networks contains all node podCIDRs", "l5d-cluster-networks-cidr", NodeNetworksAsync),
        new("cluster networks contains all pods", "l5d-cluster-networks-pods", PodNetworksAsync),
        new("cluster networks contains all services", "l5d-cluster-networks-pods", ServiceNetworksAsync),
    ]);

    public CheckCategory Config()
    {
        var ns = context.Namespace;
        return new("linkerd-config",
        [
            new("control plane Namespace exists", "l5d-existence-ns", c => NamedAsync(Resources.Namespaces, null, "Namespaces", [ns], c)) { Fatal = true },
            new("control plane ClusterRoles exist", "l5d-existence-cr", c => RolesAsync("clusterroles", "ClusterRole", "policy", c)) { Fatal = true },
            new("control plane ClusterRoleBindings exist", "l5d-existence-crb", c => RolesAsync("clusterrolebindings", "ClusterRoleBinding", "destination-policy", c)) { Fatal = true },
            new("control plane ServiceAccounts exist", "l5d-existence-sa", c => NamedAsync(Resources.ServiceAccounts, ns, "ServiceAccounts", Components, c)) { Fatal = true },
            new("control plane CustomResourceDefinitions exist", "l5d-existence-crd", new ClusterChecks(context).DefinitionsExistAsync) { Fatal = true },
            new("control plane MutatingWebhookConfigurations exist", "l5d-existence-mwc",
                c => NamedAsync(Resources.MutatingWebhookConfigurations, null, "MutatingWebhookConfigurations", ["linkerd-proxy-injector-webhook-config"], c)) { Fatal = true },
            new("control plane ValidatingWebhookConfigurations exist", "l5d-existence-vwc", ValidatingAsync) { Fatal = true },
            new("proxy-init container runs as root user if docker container runtime is used", "l5d-proxy-init-run-as-root", DockerAsync),
        ]);
    }

    public CheckCategory HighAvailability() => new("linkerd-ha-checks",
    [
        new("multiple replicas of control plane pods", "l5d-control-plane-replicas", ReplicasAsync) { Warning = true, Retries = true },
    ]);

    public CheckCategory Extensions() => new("linkerd-extension-checks",
    [
        new("namespace configuration for extensions", "l5d-extension-namespaces", ExtensionsAsync) { Warning = true },
    ]);

    private async Task ReplicaSetsAsync(CancellationToken cancel)
    {
        var sets = await context.ListAsync(Resources.ReplicaSets, context.Namespace, "linkerd.io/control-plane-component", cancel);
        if (sets.Count == 0)
            throw new CheckException($"no replica sets of the control plane in namespace {context.Namespace}");
        foreach (var set in sets)
        {
            var (wanted, ready) = (set.Spec?.Replicas ?? 1, set.Status?.ReadyReplicas ?? 0);
            if (wanted > ready)
                throw new CheckException($"{set.Metadata.Name}: {ready} of {wanted} replicas are ready");
        }
    }

    private async Task ScheduledAsync(CancellationToken cancel)
    {
        var unscheduled = (await context.ControlPlanePodsAsync(cancel))
            .SelectMany(p => (p.Status?.Conditions ?? []).Where(c => c is { Type: "PodScheduled", Status: "False" }).Select(c => $"{p.Metadata.Name}: {c.Message}")).ToList();
        if (unscheduled.Count > 0)
            throw new CheckException(string.Join("\n    ", unscheduled));
    }

    private async Task PodsAsync(CancellationToken cancel)
    {
        var pods = await context.ControlPlanePodsAsync(cancel);
        foreach (var component in Components)
        {
            var own = pods.Where(p => p.Metadata.Labels?.GetValueOrDefault("linkerd.io/control-plane-component") == component["linkerd-".Length..]).ToList();
            if (own.Count == 0)
                throw new CheckException($"No running pods for \"{component}\"");
            if (!own.Exists(IsReady))
                throw new CheckException($"pod/{own[0].Metadata.Name} container(s) not ready: {string.Join(", ", (own[0].Status?.ContainerStatuses ?? []).Where(s => s.Ready != true).Select(s => s.Name))}");
        }
    }

    internal static bool IsReady(Pod pod) => (pod.Status?.Conditions ?? []).Any(c => c is { Type: "Ready", Status: "True" });

    private async Task NodeNetworksAsync(CancellationToken cancel)
    {
        var networks = await NetworksAsync(cancel);
        var outside = (await context.ListAsync(Resources.Nodes, null, null, cancel))
            .Where(n => n.Spec?.PodCIDR is { Length: > 0 } cidr && !Contains(networks, cidr[..cidr.IndexOf('/', StringComparison.Ordinal)]))
            .Select(n => $"{n.Metadata.Name} ({n.Spec!.PodCIDR})").ToList();
        Outside("node podCIDR(s)", outside);
    }

    private async Task PodNetworksAsync(CancellationToken cancel)
    {
        var networks = await NetworksAsync(cancel);
        var outside = (await context.ListAsync(Resources.Pods, null, null, cancel))
            .Where(p => p.Spec?.HostNetwork != true && p.Status?.PodIP is { Length: > 0 } ip && !Contains(networks, ip))
            .Select(p => $"{p.Metadata.Namespace}/{p.Metadata.Name} ({p.Status!.PodIP})").ToList();
        Outside("pod(s)", outside);
    }

    private async Task ServiceNetworksAsync(CancellationToken cancel)
    {
        var networks = await NetworksAsync(cancel);
        var outside = (await context.ListAsync(Resources.Services, null, null, cancel))
            .Where(s => s.Spec?.ClusterIP is { Length: > 0 } ip && ip != "None" && !Contains(networks, ip))
            .Select(s => $"{s.Metadata.Namespace}/{s.Metadata.Name} ({s.Spec!.ClusterIP})").ToList();
        Outside("service(s)", outside);
    }

    private async Task<List<IPNetwork>> NetworksAsync(CancellationToken cancel) =>
        [.. ((await context.ValuesAsync(cancel)).Find("clusterNetworks") as string ?? "").Split(',').Select(n => IPNetwork.Parse(n.Trim()))];

    private static bool Contains(List<IPNetwork> networks, string address) => IPAddress.TryParse(address, out var ip) && networks.Exists(n => n.Contains(ip));

    private static void Outside(string what, List<string> names)
    {
        if (names.Count > 0)
            throw new CheckException($"the Linkerd clusterNetworks do not contain {what}:\n    \t* {string.Join("\n    \t* ", names.Take(20))}");
    }

    private async Task RolesAsync(string resource, string kind, string last, CancellationToken cancel)
    {
        var ns = context.Namespace;
        await DynamicAsync(resource, kind, [$"linkerd-{ns}-destination", $"linkerd-{ns}-identity", $"linkerd-{ns}-proxy-injector", $"linkerd-{last}"], cancel);
    }

    private async Task DynamicAsync(string resource, string kind, string[] names, CancellationToken cancel)
    {
        var client = context.Client.Dynamic(new GroupVersionResource("rbac.authorization.k8s.io", "v1", resource), kind, false);
        var missing = new List<string>();
        foreach (var name in names)
        {
            if (await client.FindAsync(name, cancel) is null)
                missing.Add(name);
        }

        Missing(kind + "s", missing);
    }

    private async Task NamedAsync<T>(ResourceType<T> type, string? ns, string kinds, string[] names, CancellationToken cancel)
        where T : KubernetesObject
    {
        var missing = new List<string>();
        foreach (var name in names)
        {
            if (await context.Client.Resource(type, ns).FindAsync(name, cancel) is null)
                missing.Add(name);
        }

        Missing(kinds, missing);
    }

    private static void Missing(string kinds, List<string> names)
    {
        if (names.Count > 0)
            throw new CheckException($"missing {kinds}: {string.Join(", ", names)}");
    }

    private async Task ValidatingAsync(CancellationToken cancel)
    {
        var values = await context.ValuesAsync(cancel);
        var names = new List<string>();
        if (values.Find("policyValidator.enabled") is true)
            names.Add("linkerd-policy-validator-webhook-config");
        if (values.Find("profileValidator.enabled") is true)
            names.Add("linkerd-sp-validator-webhook-config");
        await NamedAsync(Resources.ValidatingWebhookConfigurations, null, "ValidatingWebhookConfigurations", [.. names], cancel);
    }

    private async Task DockerAsync(CancellationToken cancel)
    {
        var values = await context.ValuesAsync(cancel);
        if (values.Find("cniEnabled") is true || values.Find("proxyInit.runAsRoot") is true)
            return;
        foreach (var node in await context.ListAsync(Resources.Nodes, null, null, cancel))
        {
            if (node.Status?.NodeInfo?.ContainerRuntimeVersion?.StartsWith("docker:", StringComparison.Ordinal) == true)
                throw new CheckException("there are nodes using the docker container runtime and proxy-init container must run as root user.\ntry installing linkerd via --set proxyInit.runAsRoot=true");
        }
    }

    private async Task ReplicasAsync(CancellationToken cancel)
    {
        var values = await context.ValuesAsync(cancel);
        if (values.Find("controllerReplicas") is not double replicas || replicas < 2)
            throw new SkipCheckException("not run for non HA installs");
        var few = (await context.ListAsync(Resources.Deployments, context.Namespace, "linkerd.io/control-plane-component", cancel))
            .Where(d => (d.Status?.AvailableReplicas ?? 0) < 2).Select(d => d.Metadata.Name).ToList();
        if (few.Count > 0)
            throw new CheckException($"not enough replicas available for [{string.Join(' ', few)}]");
    }

    private async Task ExtensionsAsync(CancellationToken cancel)
    {
        var namespaces = await context.ListAsync(Resources.Namespaces, null, "linkerd.io/extension", cancel);
        var twice = namespaces.GroupBy(n => n.Metadata.Labels?.GetValueOrDefault("linkerd.io/extension"))
            .Where(g => g.Count() > 1).Select(g => $"* label \"linkerd.io/extension={g.Key}\" is applied to more than one namespace: {string.Join(", ", g.Select(n => n.Metadata.Name))}").ToList();
        if (twice.Count > 0)
            throw new CheckException("some extensions have invalid configuration\n\t" + string.Join("\n\t", twice));
    }
}
