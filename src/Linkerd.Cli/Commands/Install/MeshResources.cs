using System.Text.Json.Nodes;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Commands.Install;

/// <summary>Finds the objects that belong to a control plane by their label, whatever version made them.</summary>
internal static class MeshResources
{
    /// <summary>The label, whose value is the control plane's namespace.</summary>
    public const string Label = "linkerd.io/control-plane-ns";

    private static readonly (string Group, string[] Versions, string Resource, string Kind, bool Namespaced)[] Kinds =
    [
        ("", ["v1"], "configmaps", "ConfigMap", true),
        ("", ["v1"], "secrets", "Secret", true),
        ("", ["v1"], "serviceaccounts", "ServiceAccount", true),
        ("", ["v1"], "services", "Service", true),
        ("", ["v1"], "namespaces", "Namespace", false),
        ("apps", ["v1"], "deployments", "Deployment", true),
        ("batch", ["v1", "v1beta1"], "cronjobs", "CronJob", true),
        ("policy", ["v1", "v1beta1"], "poddisruptionbudgets", "PodDisruptionBudget", true),
        ("rbac.authorization.k8s.io", ["v1"], "roles", "Role", true),
        ("rbac.authorization.k8s.io", ["v1"], "rolebindings", "RoleBinding", true),
        ("rbac.authorization.k8s.io", ["v1"], "clusterroles", "ClusterRole", false),
        ("rbac.authorization.k8s.io", ["v1"], "clusterrolebindings", "ClusterRoleBinding", false),
        ("admissionregistration.k8s.io", ["v1"], "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", false),
        ("admissionregistration.k8s.io", ["v1"], "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", false),
        ("apiextensions.k8s.io", ["v1"], "customresourcedefinitions", "CustomResourceDefinition", false),
        ("monitoring.coreos.com", ["v1"], "podmonitors", "PodMonitor", true),
    ];

    // What extensions have besides.
    private static readonly (string Group, string[] Versions, string Resource, string Kind, bool Namespaced)[] ExtensionKinds =
    [
        .. Kinds,
        ("", ["v1"], "persistentvolumeclaims", "PersistentVolumeClaim", true),
        ("apiregistration.k8s.io", ["v1"], "apiservices", "APIService", false),
        ("linkerd.io", ["v1alpha2"], "serviceprofiles", "ServiceProfile", true),
        ("policy.linkerd.io", ["v1beta3", "v1beta2", "v1beta1"], "servers", "Server", true),
        ("policy.linkerd.io", ["v1beta1"], "serverauthorizations", "ServerAuthorization", true),
        ("policy.linkerd.io", ["v1alpha1"], "authorizationpolicies", "AuthorizationPolicy", true),
        ("policy.linkerd.io", ["v1alpha1"], "meshtlsauthentications", "MeshTLSAuthentication", true),
        ("policy.linkerd.io", ["v1alpha1"], "networkauthentications", "NetworkAuthentication", true),
        ("policy.linkerd.io", ["v1beta3", "v1beta2", "v1beta1", "v1alpha1"], "httproutes", "HTTPRoute", true),
    ];

    /// <summary>A manifest of each object with no more than what <c>kubectl delete -f -</c> needs.</summary>
    public static Task<IReadOnlyList<JsonObject>> FindAsync(KubernetesClient client, string ns, CancellationToken cancel) => FindAsync(client, Kinds, $"{Label}={ns}", cancel);

    /// <summary>The same of an extension, by its label.</summary>
    public static Task<IReadOnlyList<JsonObject>> OfExtensionAsync(KubernetesClient client, string extension, CancellationToken cancel) =>
        FindAsync(client, ExtensionKinds, $"linkerd.io/extension={extension}", cancel);

    private static async Task<IReadOnlyList<JsonObject>> FindAsync(
        KubernetesClient client, (string Group, string[] Versions, string Resource, string Kind, bool Namespaced)[] kinds, string selector, CancellationToken cancel)
    {
        var found = new List<JsonObject>();
        foreach (var (group, versions, resource, kind, namespaced) in kinds)
        {
            foreach (var version in versions)
            {
                if (await ListAsync(client, new GroupVersionResource(group, version, resource), kind, namespaced, selector, cancel) is not { } objects)
                    continue;
                found.AddRange(objects);
                break;
            }
        }

        return found;
    }

    /// <summary>What an object is told from others by.</summary>
    public static (string Kind, string Namespace, string Name) Key(JsonObject document) => (
        document["kind"]?.GetValue<string>() ?? "",
        document["metadata"]?["namespace"]?.GetValue<string>() ?? "",
        document["metadata"]?["name"]?.GetValue<string>() ?? "");

    private static async Task<List<JsonObject>?> ListAsync(
        KubernetesClient client, GroupVersionResource gvr, string kind, bool namespaced, string selector, CancellationToken cancel)
    {
        var objects = new List<JsonObject>();
        try
        {
            await foreach (var item in client.Dynamic(gvr, kind, namespaced).ListAllAsync(new ListOptions { LabelSelector = selector }, cancel))
            {
                var metadata = new JsonObject { ["name"] = item["metadata"]!["name"]!.GetValue<string>() };
                if (namespaced)
                    metadata["namespace"] = item["metadata"]!["namespace"]!.GetValue<string>();
                objects.Add(new JsonObject { ["apiVersion"] = gvr.ApiVersion, ["kind"] = kind, ["metadata"] = metadata });
            }

            return objects;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }
}
