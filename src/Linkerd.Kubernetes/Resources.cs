using System.Text.Json.Serialization.Metadata;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Kubernetes;

/// <summary>The typed resources; others are reached with <see cref="ResourceType.Dynamic"/>.</summary>
public static class Resources
{
    public static ResourceType<Pod> Pods { get; } = Typed<Pod>("", "v1", "pods", "Pod", true, KubernetesJson.Default.Pod, KubernetesJson.Default.ResourceListPod);
    public static ResourceType<Service> Services { get; } = Typed<Service>("", "v1", "services", "Service", true, KubernetesJson.Default.Service, KubernetesJson.Default.ResourceListService);
    public static ResourceType<Endpoints> Endpoints { get; } = Typed<Endpoints>("", "v1", "endpoints", "Endpoints", true, KubernetesJson.Default.Endpoints, KubernetesJson.Default.ResourceListEndpoints);
    public static ResourceType<EndpointSlice> EndpointSlices { get; } = Typed<EndpointSlice>("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true, KubernetesJson.Default.EndpointSlice, KubernetesJson.Default.ResourceListEndpointSlice);
    public static ResourceType<EndpointSlice> EndpointSlicesV1Beta1 { get; } = Typed<EndpointSlice>("discovery.k8s.io", "v1beta1", "endpointslices", "EndpointSlice", true, KubernetesJson.Default.EndpointSlice, KubernetesJson.Default.ResourceListEndpointSlice);
    public static ResourceType<Node> Nodes { get; } = Typed<Node>("", "v1", "nodes", "Node", false, KubernetesJson.Default.Node, KubernetesJson.Default.ResourceListNode);
    public static ResourceType<Namespace> Namespaces { get; } = Typed<Namespace>("", "v1", "namespaces", "Namespace", false, KubernetesJson.Default.Namespace, KubernetesJson.Default.ResourceListNamespace);
    public static ResourceType<ServiceAccount> ServiceAccounts { get; } = Typed<ServiceAccount>("", "v1", "serviceaccounts", "ServiceAccount", true, KubernetesJson.Default.ServiceAccount, KubernetesJson.Default.ResourceListServiceAccount);
    public static ResourceType<Secret> Secrets { get; } = Typed<Secret>("", "v1", "secrets", "Secret", true, KubernetesJson.Default.Secret, KubernetesJson.Default.ResourceListSecret);
    public static ResourceType<ConfigMap> ConfigMaps { get; } = Typed<ConfigMap>("", "v1", "configmaps", "ConfigMap", true, KubernetesJson.Default.ConfigMap, KubernetesJson.Default.ResourceListConfigMap);
    public static ResourceType<ReplicationController> ReplicationControllers { get; } = Typed<ReplicationController>("", "v1", "replicationcontrollers", "ReplicationController", true, KubernetesJson.Default.ReplicationController, KubernetesJson.Default.ResourceListReplicationController);
    public static ResourceType<Deployment> Deployments { get; } = Typed<Deployment>("apps", "v1", "deployments", "Deployment", true, KubernetesJson.Default.Deployment, KubernetesJson.Default.ResourceListDeployment);
    public static ResourceType<ReplicaSet> ReplicaSets { get; } = Typed<ReplicaSet>("apps", "v1", "replicasets", "ReplicaSet", true, KubernetesJson.Default.ReplicaSet, KubernetesJson.Default.ResourceListReplicaSet);
    public static ResourceType<StatefulSet> StatefulSets { get; } = Typed<StatefulSet>("apps", "v1", "statefulsets", "StatefulSet", true, KubernetesJson.Default.StatefulSet, KubernetesJson.Default.ResourceListStatefulSet);
    public static ResourceType<DaemonSet> DaemonSets { get; } = Typed<DaemonSet>("apps", "v1", "daemonsets", "DaemonSet", true, KubernetesJson.Default.DaemonSet, KubernetesJson.Default.ResourceListDaemonSet);
    public static ResourceType<Job> Jobs { get; } = Typed<Job>("batch", "v1", "jobs", "Job", true, KubernetesJson.Default.Job, KubernetesJson.Default.ResourceListJob);
    public static ResourceType<CronJob> CronJobs { get; } = Typed<CronJob>("batch", "v1", "cronjobs", "CronJob", true, KubernetesJson.Default.CronJob, KubernetesJson.Default.ResourceListCronJob);
    public static ResourceType<CronJob> CronJobsV1Beta1 { get; } = Typed<CronJob>("batch", "v1beta1", "cronjobs", "CronJob", true, KubernetesJson.Default.CronJob, KubernetesJson.Default.ResourceListCronJob);
    public static ResourceType<Event> Events { get; } = Typed<Event>("", "v1", "events", "Event", true, KubernetesJson.Default.Event, KubernetesJson.Default.ResourceListEvent);
    public static ResourceType<Lease> Leases { get; } = Typed<Lease>("coordination.k8s.io", "v1", "leases", "Lease", true, KubernetesJson.Default.Lease, KubernetesJson.Default.ResourceListLease);
    public static ResourceType<TokenReview> TokenReviews { get; } = Typed<TokenReview>("authentication.k8s.io", "v1", "tokenreviews", "TokenReview", false, KubernetesJson.Default.TokenReview, KubernetesJson.Default.ResourceListTokenReview);
    public static ResourceType<TokenRequest> TokenRequests { get; } = Typed<TokenRequest>("authentication.k8s.io", "v1", "tokenrequests", "TokenRequest", true, KubernetesJson.Default.TokenRequest, KubernetesJson.Default.ResourceListTokenRequest);
    public static ResourceType<SubjectAccessReview> SubjectAccessReviews { get; } = Typed<SubjectAccessReview>("authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", false, KubernetesJson.Default.SubjectAccessReview, KubernetesJson.Default.ResourceListSubjectAccessReview);
    public static ResourceType<SubjectAccessReview> SelfSubjectAccessReviews { get; } = Typed<SubjectAccessReview>("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false, KubernetesJson.Default.SubjectAccessReview, KubernetesJson.Default.ResourceListSubjectAccessReview);
    public static ResourceType<MutatingWebhookConfiguration> MutatingWebhookConfigurations { get; } = Typed<MutatingWebhookConfiguration>("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", false, KubernetesJson.Default.MutatingWebhookConfiguration, KubernetesJson.Default.ResourceListMutatingWebhookConfiguration);
    public static ResourceType<ValidatingWebhookConfiguration> ValidatingWebhookConfigurations { get; } = Typed<ValidatingWebhookConfiguration>("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", false, KubernetesJson.Default.ValidatingWebhookConfiguration, KubernetesJson.Default.ResourceListValidatingWebhookConfiguration);
    public static ResourceType<ApiService> ApiServices { get; } = Typed<ApiService>("apiregistration.k8s.io", "v1", "apiservices", "APIService", false, KubernetesJson.Default.ApiService, KubernetesJson.Default.ResourceListApiService);
    public static ResourceType<CustomResourceDefinition> CustomResourceDefinitions { get; } = Typed<CustomResourceDefinition>("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false, KubernetesJson.Default.CustomResourceDefinition, KubernetesJson.Default.ResourceListCustomResourceDefinition);

    private static ResourceType<T> Typed<T>(string group, string version, string plural, string kind, bool namespaced, JsonTypeInfo<T> json, JsonTypeInfo<ResourceList<T>> listJson)
        where T : KubernetesObject =>
        new(new GroupVersionResource(group, version, plural), kind, namespaced, json, listJson, static o => o.Metadata);
}
