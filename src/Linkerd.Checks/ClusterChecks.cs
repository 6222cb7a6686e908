using System.Globalization;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Checks;

/// <summary>The cluster itself, and what installing needs of it.</summary>
internal sealed class ClusterChecks(CheckContext context)
{
    private static readonly (int Major, int Minor) Oldest = (1, 20);

    // Nodes report every 5 minutes at the latest.
    private static readonly TimeSpan ClockSkew = new(0, 5, 10);

    private static readonly string[] Required =
    [
        "authorizationpolicies.policy.linkerd.io", "egressnetworks.policy.linkerd.io", "externalworkloads.workload.linkerd.io", "httplocalratelimitpolicies.policy.linkerd.io",
        "httproutes.policy.linkerd.io", "meshtlsauthentications.policy.linkerd.io", "networkauthentications.policy.linkerd.io", "serverauthorizations.policy.linkerd.io",
        "servers.policy.linkerd.io", "serviceprofiles.linkerd.io",
    ];

    private static readonly string[] Gateway = ["grpcroutes.gateway.networking.k8s.io", "httproutes.gateway.networking.k8s.io"];

    public CheckCategory Api() => new("kubernetes-api",
    [
        new("can initialize the client", "k8s-api", _ => Task.FromResult(context.Client)) { Fatal = true },
        new("can query the Kubernetes API", "k8s-api", QueryAsync) { Fatal = true },
    ]);

    public CheckCategory Version() => new("kubernetes-version", [new("is running the minimum Kubernetes API version", "k8s-version", VersionAsync)]);

    /// <summary>Before an installation their absence is worth a word only: install brings them.</summary>
    public CheckCategory GatewayApi() => new("gateway-api-crd",
    [
        new("Gateway API CRDs are installed", "gateway-api-crd", c => ExistAsync(Gateway, c)) { Fatal = !context.Options.Pre, Warning = context.Options.Pre },
    ]);

    public CheckCategory Definitions() => new("linkerd-crd",
    [
        new("control plane CustomResourceDefinitions exist", "l5d-existence-crd", DefinitionsExistAsync) { Fatal = true, Retries = true },
    ]);

    public Task DefinitionsExistAsync(CancellationToken cancel) => ExistAsync(Required, cancel);

    public CheckCategory Setup() => new("pre-kubernetes-setup",
    [
        new("control plane namespace does not already exist", "pre-ns", NamespaceIsFreeAsync),
        new("can create non-namespaced resources", "pre-k8s-cluster-k8s", ClusterResourcesAsync),
        Allowed("can create ServiceAccounts", "create", "", "serviceaccounts"),
        Allowed("can create Services", "create", "", "services"),
        Allowed("can create Deployments", "create", "apps", "deployments"),
        Allowed("can create CronJobs", "create", "batch", "cronjobs"),
        Allowed("can create ConfigMaps", "create", "", "configmaps"),
        Allowed("can create Secrets", "create", "", "secrets"),
        Allowed("can read Secrets", "get", "", "secrets"),
        new("can read extension-apiserver-authentication configmap", "pre-k8s", c => MayAsync("get", "", "configmaps", "kube-system", "extension-apiserver-authentication", c)),
        new("no clock skew detected", "pre-k8s-clock-skew", ClockSkewAsync) { Warning = true },
    ]);

    private Check Allowed(string line, string verb, string group, string resource) =>
        new(line, "pre-k8s", c => MayAsync(verb, group, resource, context.Namespace, null, c));

    private async Task QueryAsync(CancellationToken cancel) => await context.Client.GetVersionAsync(cancel);

    private async Task VersionAsync(CancellationToken cancel)
    {
        var version = await context.Client.GetVersionAsync(cancel);
        var parts = (version.GitVersion ?? "").TrimStart('v').Split('.');
        if (parts.Length < 2 || !int.TryParse(parts[0], CultureInfo.InvariantCulture, out var major) || !int.TryParse(parts[1], CultureInfo.InvariantCulture, out var minor))
            throw new CheckException($"the version of Kubernetes cannot be read: {version.GitVersion}");
        if ((major, minor).CompareTo(Oldest) < 0)
            throw new CheckException($"Kubernetes is on version [{major}.{minor}], but version [{Oldest.Major}.{Oldest.Minor}.0] or more recent is required");
    }

    private async Task ExistAsync(string[] names, CancellationToken cancel)
    {
        var existing = (await context.ListAsync(Resources.CustomResourceDefinitions, null, null, cancel)).Select(d => d.Metadata.Name).ToHashSet();
        var missing = names.Where(n => !existing.Contains(n)).ToList();
        if (missing.Count > 0)
            throw new CheckException($"missing {string.Join(", ", missing)}; to install: linkerd install --crds | kubectl apply -f -");
    }

    private async Task NamespaceIsFreeAsync(CancellationToken cancel)
    {
        if (await context.Client.Resource(Resources.Namespaces).FindAsync(context.Namespace, cancel) is not null)
            throw new CheckException($"The \"{context.Namespace}\" namespace already exists");
    }

    private async Task ClusterResourcesAsync(CancellationToken cancel)
    {
        foreach (var (group, resource) in new[]
        {
            ("", "namespaces"), ("rbac.authorization.k8s.io", "clusterroles"), ("rbac.authorization.k8s.io", "clusterrolebindings"),
            ("apiextensions.k8s.io", "customresourcedefinitions"), ("admissionregistration.k8s.io", "mutatingwebhookconfigurations"),
            ("admissionregistration.k8s.io", "validatingwebhookconfigurations"),
        })
        {
            await MayAsync("create", group, resource, null, null, cancel);
        }
    }

    private async Task MayAsync(string verb, string group, string resource, string? ns, string? name, CancellationToken cancel)
    {
        var review = await context.Client.Resource(Resources.SelfSubjectAccessReviews).CreateAsync(
            new SubjectAccessReview
            {
                Spec = new SubjectAccessReviewSpec { ResourceAttributes = new ResourceAttributes { Verb = verb, Group = group, Resource = resource, Namespace = ns, Name = name } },
            },
            cancel: cancel);
        if (review.Status?.Allowed != true)
            throw new CheckException($"not authorized to {verb} {resource}{(group.Length == 0 ? "" : "." + group)}{(review.Status?.Reason is { Length: > 0 } reason ? $": {reason}" : "")}");
    }

    private async Task ClockSkewAsync(CancellationToken cancel)
    {
        var now = context.Options.Clock.GetUtcNow();
        var skewed = new List<string>();
        foreach (var node in (await context.Client.Dynamic(new GroupVersionResource("", "v1", "nodes"), "Node", false).ListAsync(cancel: cancel)).Items)
        {
            foreach (var condition in node["status"]?["conditions"]?.AsArray() ?? [])
            {
                if (condition?["type"]?.GetValue<string>() == "Ready" && condition["lastHeartbeatTime"]?.GetValue<string>() is { } time
                    && DateTimeOffset.Parse(time, CultureInfo.InvariantCulture) is var beat && (now - beat).Duration() > ClockSkew)
                    skewed.Add(node["metadata"]?["name"]?.GetValue<string>() ?? "");
            }
        }

        if (skewed.Count > 0)
            throw new CheckException($"clock skew detected for node(s): {string.Join(", ", skewed)}");
    }
}
