using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>The roles and bindings that every cluster has.</summary>
internal static class DefaultRoles
{
    private const string Group = "rbac.authorization.k8s.io";
    private const string AggregateTo = "rbac.authorization.k8s.io/aggregate-to-";
    private static readonly string[] Read = ["get", "list", "watch"];
    private static readonly string[] Write = ["create", "delete", "deletecollection", "patch", "update"];

    public static void Ensure(Bootstrap bootstrap)
    {
        Role(bootstrap, "cluster-admin", null, Rule(["*"], ["*"], ["*"]), Paths(["*"], ["*"]));
        Role(bootstrap, "system:discovery", null, Paths(["get"], ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"]));
        Role(bootstrap, "system:public-info-viewer", null, Paths(["get"], ["/healthz", "/livez", "/readyz", "/version", "/version/"]));
        Role(bootstrap, "system:basic-user", null,
            Rule(["create"], ["authorization.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
            Rule(["create"], ["authentication.k8s.io"], ["selfsubjectreviews"]));
        Role(bootstrap, "system:auth-delegator", null,
            Rule(["create"], ["authentication.k8s.io"], ["tokenreviews"]), Rule(["create"], ["authorization.k8s.io"], ["subjectaccessreviews"]));
        Aggregate(bootstrap, "admin", "admin");
        Aggregate(bootstrap, "edit", "edit");
        Aggregate(bootstrap, "view", "view");
        string[] workloads = ["deployments", "deployments/scale", "replicasets", "replicasets/scale", "statefulsets", "statefulsets/scale", "daemonsets", "controllerrevisions"];
        string[] plain = ["configmaps", "endpoints", "persistentvolumeclaims", "pods", "replicationcontrollers", "replicationcontrollers/scale", "serviceaccounts", "services"];
        Role(bootstrap, "system:aggregate-to-view", ["view", "edit", "admin"],
            Rule(Read, [""], [.. plain, "bindings", "events", "limitranges", "namespaces", "namespaces/status", "pods/log", "pods/status", "resourcequotas"]),
            Rule(Read, ["apps"], workloads), Rule(Read, ["batch"], ["cronjobs", "jobs"]), Rule(Read, ["autoscaling"], ["horizontalpodautoscalers"]),
            Rule(Read, ["networking.k8s.io"], ["ingresses", "networkpolicies"]), Rule(Read, ["policy"], ["poddisruptionbudgets"]), Rule(Read, ["discovery.k8s.io"], ["endpointslices"]));
        Role(bootstrap, "system:aggregate-to-edit", ["edit", "admin"],
            Rule([.. Read, .. Write], [""], [.. plain, "secrets", "events"]), Rule([.. Read, .. Write], [""], ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "services/proxy"]),
            Rule(["create"], [""], ["pods/eviction", "serviceaccounts/token"]), Rule(["impersonate"], [""], ["serviceaccounts"]),
            Rule(Write, ["apps"], workloads), Rule(Write, ["batch"], ["cronjobs", "jobs"]), Rule(Write, ["autoscaling"], ["horizontalpodautoscalers"]),
            Rule(Write, ["networking.k8s.io"], ["ingresses", "networkpolicies"]), Rule(Write, ["policy"], ["poddisruptionbudgets"]));
        Role(bootstrap, "system:aggregate-to-admin", ["admin"],
            Rule(["create"], ["authorization.k8s.io"], ["localsubjectaccessreviews"]), Rule([.. Read, .. Write], [Group], ["rolebindings", "roles"]));
        Binding(bootstrap, "cluster-admin", "cluster-admin", "system:masters");
        Binding(bootstrap, "system:discovery", "system:discovery", "system:authenticated");
        Binding(bootstrap, "system:basic-user", "system:basic-user", "system:authenticated");
        Binding(bootstrap, "system:public-info-viewer", "system:public-info-viewer", "system:authenticated", "system:unauthenticated");
        AuthenticationReader(bootstrap);
    }

    private static void Role(Bootstrap bootstrap, string name, string[]? aggregateTo, params JsonObject[] rules)
    {
        var labels = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" };
        foreach (var target in aggregateTo ?? []) labels[AggregateTo + target] = "true";
        bootstrap.Ensure(Group, "clusterroles", "", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = labels },
            ["rules"] = new JsonArray([.. rules]),
        });
    }

    private static void Aggregate(Bootstrap bootstrap, string name, string target) =>
        bootstrap.Ensure(Group, "clusterroles", "", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" } },
            ["aggregationRule"] = new JsonObject
            {
                ["clusterRoleSelectors"] = new JsonArray(new JsonObject { ["matchLabels"] = new JsonObject { [AggregateTo + target] = "true" } }),
            },
            ["rules"] = new JsonArray(),
        });

    private static void Binding(Bootstrap bootstrap, string name, string role, params string[] groups) =>
        bootstrap.Ensure(Group, "clusterrolebindings", "", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" } },
            ["roleRef"] = new JsonObject { ["apiGroup"] = Group, ["kind"] = "ClusterRole", ["name"] = role },
            ["subjects"] = new JsonArray([.. groups.Select(g => new JsonObject { ["apiGroup"] = Group, ["kind"] = "Group", ["name"] = g })]),
        });

    // Aggregated API servers learn from this which certificates the front proxy presents.
    private static void AuthenticationReader(Bootstrap bootstrap) =>
        bootstrap.Ensure(Group, "roles", "kube-system", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "extension-apiserver-authentication-reader" },
            ["rules"] = new JsonArray(new JsonObject
            {
                ["apiGroups"] = Json.ArrayOf([""]), ["resources"] = Json.ArrayOf(["configmaps"]), ["verbs"] = Json.ArrayOf(Read),
                ["resourceNames"] = Json.ArrayOf(["extension-apiserver-authentication"]),
            }),
        });

    private static JsonObject Rule(string[] verbs, string[] groups, string[] resources) => new()
    {
        ["verbs"] = Json.ArrayOf(verbs), ["apiGroups"] = Json.ArrayOf(groups), ["resources"] = Json.ArrayOf(resources),
    };

    private static JsonObject Paths(string[] verbs, string[] paths) => new() { ["verbs"] = Json.ArrayOf(verbs), ["nonResourceURLs"] = Json.ArrayOf(paths) };
}
