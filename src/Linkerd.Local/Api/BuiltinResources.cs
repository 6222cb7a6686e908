using Linkerd.Local.Schema;

namespace Linkerd.Local.Api;

/// <summary>The table of built-in resources.</summary>
internal static class BuiltinResources
{
    private static readonly string[] NoCollection = ["create", "delete", "get", "list", "patch", "update", "watch"];
    private static readonly string[] CreateOnly = ["create"];
    private static readonly string[] GetPatchUpdate = ["get", "patch", "update"];
    private static readonly string[] GetCreate = ["create", "get"];
    private static readonly ScalePaths Replicas = new(["spec", "replicas"], ["status", "replicas"], ["spec", "selector"]);

    public static IReadOnlyList<ResourceInfo> Create(ApiCore core) =>
    [
        .. Core(core), .. Apps(), .. Batch(), .. Networking(), .. Policy(), .. Access(), .. Machinery(),
    ];

    private static IEnumerable<ResourceInfo> Core(ApiCore core)
    {
        yield return Make("", "bindings", "Binding", "core") with { Virtual = true, Verbs = CreateOnly };
        yield return Make("", "configmaps", "ConfigMap", "core", shortNames: ["cm"], strategy: new ConfigMapStrategy());
        yield return Make("", "endpoints", "Endpoints", "core", shortNames: ["ep"]);
        yield return Make("", "events", "Event", "core", shortNames: ["ev"], strategy: new EventStrategy());
        yield return Make("", "limitranges", "LimitRange", "core", shortNames: ["limits"]);
        yield return Make("", "namespaces", "Namespace", "core", false, true, ["ns"], strategy: new NamespaceStrategy()) with
        {
            Verbs = NoCollection, Subresources = [("finalize", "Namespace", "", "", ["update"])],
        };
        yield return Make("", "nodes", "Node", "core", false, true, ["no"], strategy: new NodeStrategy());
        yield return Make("", "persistentvolumeclaims", "PersistentVolumeClaim", "core", true, true, ["pvc"]);
        yield return Make("", "persistentvolumes", "PersistentVolume", "core", false, true, ["pv"]);
        yield return Make("", "pods", "Pod", "core", true, true, ["po"], ["all"], new PodStrategy()) with
        {
            Subresources =
            [
                ("attach", "PodAttachOptions", "", "v1", GetCreate), ("binding", "Binding", "", "v1", CreateOnly), ("ephemeralcontainers", "Pod", "", "", GetPatchUpdate),
                ("eviction", "Eviction", "policy", "v1", CreateOnly), ("exec", "PodExecOptions", "", "v1", GetCreate), ("log", "Pod", "", "", ["get"]),
                ("portforward", "PodPortForwardOptions", "", "v1", GetCreate),
            ],
        };
        yield return Make("", "podtemplates", "PodTemplate", "core");
        yield return Scaled(Make("", "replicationcontrollers", "ReplicationController", "core", true, true, ["rc"], ["all"], new WorkloadStrategy()) with { HasGeneration = true });
        yield return Make("", "resourcequotas", "ResourceQuota", "core", true, true, ["quota"]);
        yield return Make("", "secrets", "Secret", "core", strategy: new SecretStrategy());
        yield return Make("", "serviceaccounts", "ServiceAccount", "core", true, false, ["sa"]) with
        {
            Subresources = [("token", "TokenRequest", "authentication.k8s.io", "v1", CreateOnly)],
        };
        yield return Make("", "services", "Service", "core", true, true, ["svc"], ["all"], new ServiceStrategy(core.Addresses)) with { Verbs = NoCollection };
    }

    private static IEnumerable<ResourceInfo> Apps()
    {
        yield return Make("apps", "controllerrevisions", "ControllerRevision", "apps");
        yield return Make("apps", "daemonsets", "DaemonSet", "apps", true, true, ["ds"], ["all"], new WorkloadStrategy()) with { HasGeneration = true };
        yield return Scaled(Make("apps", "deployments", "Deployment", "apps", true, true, ["deploy"], ["all"], new WorkloadStrategy()) with { HasGeneration = true });
        yield return Scaled(Make("apps", "replicasets", "ReplicaSet", "apps", true, true, ["rs"], ["all"], new WorkloadStrategy()) with { HasGeneration = true });
        yield return Scaled(Make("apps", "statefulsets", "StatefulSet", "apps", true, true, ["sts"], ["all"], new WorkloadStrategy()) with { HasGeneration = true });
    }

    private static IEnumerable<ResourceInfo> Batch()
    {
        yield return Make("batch", "cronjobs", "CronJob", "batch", true, true, ["cj"], ["all"], new CronJobStrategy()) with
        {
            HasGeneration = true,
            Versions = [new("v1") { Type = Type("batch.CronJob"), HasStatus = true }, new("v1beta1") { Type = Type("batchbeta.CronJob"), HasStatus = true }],
        };
        yield return Make("batch", "jobs", "Job", "batch", true, true, [], ["all"], new JobStrategy()) with { HasGeneration = true };
        yield return Make("autoscaling", "horizontalpodautoscalers", "HorizontalPodAutoscaler", "autoscaling", true, true, ["hpa"], ["all"], version: "v2");
    }

    private static IEnumerable<ResourceInfo> Networking()
    {
        yield return Make("networking.k8s.io", "ingressclasses", "IngressClass", "networking", false) with { HasGeneration = true };
        yield return Make("networking.k8s.io", "ingresses", "Ingress", "networking", true, true, ["ing"]) with { HasGeneration = true };
        yield return Make("networking.k8s.io", "networkpolicies", "NetworkPolicy", "networking", true, false, ["netpol"]) with { HasGeneration = true };
        yield return Make("discovery.k8s.io", "endpointslices", "EndpointSlice", "discovery", strategy: new EndpointSliceStrategy()) with
        {
            HasGeneration = true,
            Versions =
            [
                new("v1") { Type = Type("discovery.EndpointSlice") },
                new("v1beta1") { Type = Type("discoverybeta.EndpointSlice"), FromStorage = Conversions.EndpointSliceToBeta, ToStorage = Conversions.EndpointSliceFromBeta },
            ],
        };
        yield return Make("events.k8s.io", "events", "Event", "events", shortNames: ["ev"], strategy: new EventStrategy()) with
        {
            StoreName = "/events", StorageGroup = "",
            Versions = [new("v1") { Type = Type("events.Event"), FromStorage = Conversions.EventToNew, ToStorage = Conversions.EventFromNew }],
        };
        yield return Make("coordination.k8s.io", "leases", "Lease", "coordination");
    }

    private static IEnumerable<ResourceInfo> Policy()
    {
        yield return Make("policy", "poddisruptionbudgets", "PodDisruptionBudget", "policy", true, true, ["pdb"]) with
        {
            HasGeneration = true,
            Versions = [new("v1") { Type = Type("policy.PodDisruptionBudget"), HasStatus = true }, new("v1beta1") { Type = Type("policy.PodDisruptionBudget"), HasStatus = true }],
        };
        yield return Make("scheduling.k8s.io", "priorityclasses", "PriorityClass", "scheduling", false, false, ["pc"]) with { HasGeneration = true };
        yield return Make("node.k8s.io", "runtimeclasses", "RuntimeClass", "node", false);
        yield return Make("storage.k8s.io", "csidrivers", "CSIDriver", "storage", false);
        yield return Make("storage.k8s.io", "csinodes", "CSINode", "storage", false);
        yield return Make("storage.k8s.io", "storageclasses", "StorageClass", "storage", false, false, ["sc"]);
        yield return Make("storage.k8s.io", "volumeattachments", "VolumeAttachment", "storage", false, true);
    }

    private static IEnumerable<ResourceInfo> Access()
    {
        const string Rbac = "rbac.authorization.k8s.io";
        yield return Make(Rbac, "clusterrolebindings", "ClusterRoleBinding", "rbac", false, strategy: new RbacStrategy());
        yield return Make(Rbac, "clusterroles", "ClusterRole", "rbac", false, strategy: new RbacStrategy());
        yield return Make(Rbac, "rolebindings", "RoleBinding", "rbac", strategy: new RbacStrategy());
        yield return Make(Rbac, "roles", "Role", "rbac", strategy: new RbacStrategy());
        yield return Make("authentication.k8s.io", "tokenreviews", "TokenReview", "authn", false) with { Virtual = true, Verbs = CreateOnly };
        yield return Make("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview", "authn", false) with { Virtual = true, Verbs = CreateOnly };
        yield return Make("authorization.k8s.io", "localsubjectaccessreviews", "LocalSubjectAccessReview", "authz") with { Virtual = true, Verbs = CreateOnly };
        yield return Make("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview", "authz", false) with { Virtual = true, Verbs = CreateOnly };
        yield return Make("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview", "authz", false) with { Virtual = true, Verbs = CreateOnly };
        yield return Make("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", "authz", false) with { Virtual = true, Verbs = CreateOnly };
    }

    private static IEnumerable<ResourceInfo> Machinery()
    {
        yield return Make("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", "admission", false,
            categories: ["api-extensions"], strategy: new WebhookConfigurationStrategy()) with { HasGeneration = true };
        yield return Make("admissionregistration.k8s.io", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", "admission", false,
            categories: ["api-extensions"], strategy: new WebhookConfigurationStrategy()) with { HasGeneration = true };
        yield return Make("apiextensions.k8s.io", "customresourcedefinitions", "CustomResourceDefinition", "apiext", false, true, ["crd", "crds"],
            ["api-extensions"], new DefinitionStrategy()) with { HasGeneration = true };
        yield return Make("apiregistration.k8s.io", "apiservices", "APIService", "apireg", false, true, categories: ["api-extensions"], strategy: new ApiServiceStrategy());
    }

    private static ResourceInfo Scaled(ResourceInfo resource) => resource with { Versions = [.. resource.Versions.Select(v => v with { Scale = Replicas })] };

    private static SchemaType Type(string name) => TypeTable.Instance.Get(name);

    private static ResourceInfo Make(
        string group, string plural, string kind, string alias, bool namespaced = true, bool status = false, string[]? shortNames = null,
        string[]? categories = null, ResourceStrategy? strategy = null, string version = "v1") => new()
    {
        Group = group,
        Plural = plural,
        Kind = kind,
        Singular = kind.ToLowerInvariant(),
        ListKind = kind + "List",
        Namespaced = namespaced,
        ShortNames = shortNames ?? [],
        Categories = categories ?? [],
        Versions = [new ResourceVersionInfo(version) { Type = Type($"{alias}.{kind}"), HasStatus = status }],
        StorageVersion = version,
        StoreName = $"{group}/{plural}",
        StorageGroup = group,
        Strategy = strategy ?? ResourceStrategy.Plain,
    };
}
