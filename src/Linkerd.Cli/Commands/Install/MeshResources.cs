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

    /// <summary>A manifest of each object with no more than what <c>kubectl delete -f -</c> needs.</summary>
    public static async Task<IReadOnlyList<JsonObject>> FindAsync(KubernetesClient client, string ns, CancellationToken cancel)
    {
        var found = new List<JsonObject>();
        foreach (var (group, versions, resource, kind, namespaced) in Kinds)
        {
            foreach (var version in versions)
            {
                if (await ListAsync(client, new GroupVersionResource(group, version, resource), kind, namespaced, ns, cancel) is not { } objects)
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
        KubernetesClient client, GroupVersionResource gvr, string kind, bool namespaced, string ns, CancellationToken cancel)
    {
        var objects = new List<JsonObject>();
        try
        {
            await foreach (var item in client.Dynamic(gvr, kind, namespaced).ListAllAsync(new ListOptions { LabelSelector = $"{Label}={ns}" }, cancel))
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
