using System.Text.Json.Nodes;
using Linkerd.Local.Api;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Printing;

/// <summary>The columns of each kind.</summary>
internal static partial class TableColumns
{
    private static readonly Dictionary<string, TableColumn[]> ByResource = new()
    {
        ["/configmaps"] = [NameColumn, Number("Data", n => (n.Obj("data")?.Count ?? 0) + (n.Obj("binaryData")?.Count ?? 0)), Age],
        ["/endpoints"] = [NameColumn, Text("Endpoints", WorkloadCells.Endpoints), Age],
        ["/events"] = EventColumns(),
        ["/namespaces"] = [NameColumn, Text("Status", n => n.Obj("status").Str("phase")), Age],
        ["/nodes"] = NodeColumns(),
        ["/persistentvolumeclaims"] =
        [
            NameColumn, Text("Status", n => n.Obj("status").Str("phase")), Text("Volume", n => n.Obj("spec").Str("volumeName")),
            Text("Capacity", n => n.Obj("status").Obj("capacity").Str("storage")), Text("Access Modes", n => string.Join(',', n.Obj("spec").Arr("accessModes").Strings())),
            Text("StorageClass", n => n.Obj("spec").Str("storageClassName")), Age,
        ],
        ["/pods"] = PodColumns(),
        ["/replicationcontrollers"] = ReplicaColumns(),
        ["/secrets"] = [NameColumn, Text("Type", n => n.Str("type")), Number("Data", n => n.Obj("data")?.Count ?? 0), Age],
        ["/serviceaccounts"] = [NameColumn, Number("Secrets", n => n.Arr("secrets")?.Count ?? 0), Age],
        ["/services"] = ServiceColumns(),
        ["apps/controllerrevisions"] = [NameColumn, Text("Controller", WorkloadCells.Owner), Number("Revision", n => n.Long("revision") ?? 0), Age],
        ["apps/daemonsets"] = DaemonSetColumns(),
        ["apps/deployments"] = DeploymentColumns(),
        ["apps/replicasets"] = ReplicaColumns(),
        ["apps/statefulsets"] =
        [
            NameColumn, Text("Ready", n => $"{n.Obj("status").Long("readyReplicas") ?? 0}/{n.Obj("spec").Long("replicas") ?? 0}"), Age,
            Wide("Containers", WorkloadCells.Containers), Wide("Images", WorkloadCells.Images),
        ],
        ["batch/cronjobs"] =
        [
            NameColumn, Text("Schedule", n => n.Obj("spec").Str("schedule")), Text("Timezone", n => n.Obj("spec").Str("timeZone") ?? "<none>"), Text("Suspend", n => n.Obj("spec").Bool("suspend") == true ? "True" : "False"),
            Number("Active", n => n.Obj("status").Arr("active")?.Count ?? 0),
            new("Last Schedule", "string", 0, (n, now) => n.Obj("status").Str("lastScheduleTime") is { } last ? Durations.Since(last, now) : "<none>"), Age,
        ],
        ["batch/jobs"] =
        [
            NameColumn, Text("Status", WorkloadCells.JobStatus), Text("Completions", n => $"{n.Obj("status").Long("succeeded") ?? 0}/{n.Obj("spec").Long("completions") ?? 1}"),
            new("Duration", "string", 0, WorkloadCells.JobDuration), Age, Wide("Containers", WorkloadCells.Containers), Wide("Images", WorkloadCells.Images),
            Wide("Selector", n => WorkloadCells.Labels(n.Obj("spec").Obj("selector").Obj("matchLabels"))),
        ],
        ["coordination.k8s.io/leases"] = [NameColumn, Text("Holder", n => n.Obj("spec").Str("holderIdentity")), Age],
        ["discovery.k8s.io/endpointslices"] =
        [
            NameColumn, Text("AddressType", n => n.Str("addressType")), Text("Ports", n => Join(n.Arr("ports").Objects().Select(p => p.Long("port")?.ToString() ?? "*"))),
            Text("Endpoints", n => Join(n.Arr("endpoints").Objects().SelectMany(e => e.Arr("addresses").Strings()))), Age,
        ],
        ["networking.k8s.io/networkpolicies"] = [NameColumn, Text("Pod-Selector", n => WorkloadCells.Labels(n.Obj("spec").Obj("podSelector").Obj("matchLabels"))), Age],
        ["networking.k8s.io/ingresses"] =
        [
            NameColumn, Text("Class", n => n.Obj("spec").Str("ingressClassName") ?? "<none>"), Text("Hosts", n => Join(n.Obj("spec").Arr("rules").Objects().Select(r => r.Str("host") ?? "*"))),
            Text("Address", n => Join(n.Obj("status").Obj("loadBalancer").Arr("ingress").Objects().Select(i => i.Str("ip") ?? i.Str("hostname") ?? ""))),
            Text("Ports", n => n.Obj("spec").Arr("tls") is { Count: > 0 } ? "80, 443" : "80"), Age,
        ],
        ["policy/poddisruptionbudgets"] =
        [
            NameColumn, Text("Min Available", n => Scalar(n.Obj("spec")?["minAvailable"]) ?? "N/A"), Text("Max Unavailable", n => Scalar(n.Obj("spec")?["maxUnavailable"]) ?? "N/A"),
            Number("Allowed Disruptions", n => n.Obj("status").Long("disruptionsAllowed") ?? 0), Age,
        ],
        ["rbac.authorization.k8s.io/clusterrolebindings"] = BindingColumns(),
        ["rbac.authorization.k8s.io/rolebindings"] = BindingColumns(),
        ["admissionregistration.k8s.io/mutatingwebhookconfigurations"] = [NameColumn, Number("Webhooks", n => n.Arr("webhooks")?.Count ?? 0), Age],
        ["admissionregistration.k8s.io/validatingwebhookconfigurations"] = [NameColumn, Number("Webhooks", n => n.Arr("webhooks")?.Count ?? 0), Age],
        ["apiregistration.k8s.io/apiservices"] =
        [
            NameColumn, Text("Service", n => n.Obj("spec").Obj("service") is { } s ? $"{s.Str("namespace")}/{s.Str("name")}" : "Local"),
            Text("Available", n => n.Obj("status").Arr("conditions").Objects().FirstOrDefault(c => c.Str("type") == "Available").Str("status") ?? "Unknown"), Age,
        ],
        ["storage.k8s.io/storageclasses"] = [NameColumn, Text("Provisioner", n => n.Str("provisioner")), Age],
        ["scheduling.k8s.io/priorityclasses"] = [NameColumn, Number("Value", n => n.Long("value") ?? 0), Text("Global-Default", n => n.Bool("globalDefault") == true ? "true" : "false"), Age],
    };

    private static TableColumn[] Generic { get; } = [NameColumn, new("Created At", "date", 0, (node, _) => node.Obj("metadata").Str("creationTimestamp"))];

    public static TableColumn NameColumn => new("Name", "string", 0, (node, _) => node.Obj("metadata").Str("name")) { Format = "name" };

    public static TableColumn Age => new("Age", "string", 0, (node, now) => Durations.Since(node.Obj("metadata").Str("creationTimestamp"), now));

    public static IReadOnlyList<TableColumn> For(ResourceInfo resource, ResourceVersionInfo version) =>
        resource.IsCustom ? Custom(version) : ByResource.GetValueOrDefault(resource.StoreName) ?? Generic;

    public static string Join(IEnumerable<string> values)
    {
        var all = values.ToList();
        if (all.Count == 0) return "<unset>";
        return all.Count > 3 ? $"{string.Join(',', all.Take(3))} + {all.Count - 3} more..." : string.Join(',', all);
    }

    private static TableColumn Text(string name, Func<JsonObject, string?> cell) => new(name, "string", 0, (node, _) => cell(node) ?? "");

    private static TableColumn Wide(string name, Func<JsonObject, string?> cell) => new(name, "string", 1, (node, _) => cell(node) ?? "");

    private static TableColumn Number(string name, Func<JsonObject, long> cell) => new(name, "integer", 0, (node, _) => JsonValue.Create(cell(node)));

    private static string? Scalar(JsonNode? node) => node.AsString() ?? node.AsLong()?.ToString();

    private static TableColumn[] PodColumns() =>
    [
        NameColumn, Text("Ready", PodCells.Ready), Text("Status", PodCells.Status), new("Restarts", "string", 0, PodCells.Restarts), Age,
        Wide("IP", n => n.Obj("status").Str("podIP") ?? "<none>"), Wide("Node", n => n.Obj("spec").Str("nodeName") is { Length: > 0 } node ? node : "<none>"),
        Wide("Nominated Node", n => n.Obj("status").Str("nominatedNodeName") ?? "<none>"), Wide("Readiness Gates", _ => "<none>"),
    ];

    private static TableColumn[] DeploymentColumns() =>
    [
        NameColumn, Text("Ready", n => $"{n.Obj("status").Long("readyReplicas") ?? 0}/{n.Obj("spec").Long("replicas") ?? 0}"),
        Number("Up-to-date", n => n.Obj("status").Long("updatedReplicas") ?? 0), Number("Available", n => n.Obj("status").Long("availableReplicas") ?? 0), Age,
        Wide("Containers", WorkloadCells.Containers), Wide("Images", WorkloadCells.Images), Wide("Selector", n => WorkloadCells.Labels(n.Obj("spec").Obj("selector").Obj("matchLabels"))),
    ];

    private static TableColumn[] ReplicaColumns() =>
    [
        NameColumn, Number("Desired", n => n.Obj("spec").Long("replicas") ?? 0), Number("Current", n => n.Obj("status").Long("replicas") ?? 0),
        Number("Ready", n => n.Obj("status").Long("readyReplicas") ?? 0), Age,
        Wide("Containers", WorkloadCells.Containers), Wide("Images", WorkloadCells.Images),
        Wide("Selector", n => WorkloadCells.Labels(n.Obj("spec").Obj("selector").Obj("matchLabels") ?? n.Obj("spec").Obj("selector"))),
    ];

    private static TableColumn[] DaemonSetColumns() =>
    [
        NameColumn, Number("Desired", n => n.Obj("status").Long("desiredNumberScheduled") ?? 0), Number("Current", n => n.Obj("status").Long("currentNumberScheduled") ?? 0),
        Number("Ready", n => n.Obj("status").Long("numberReady") ?? 0), Number("Up-to-date", n => n.Obj("status").Long("updatedNumberScheduled") ?? 0),
        Number("Available", n => n.Obj("status").Long("numberAvailable") ?? 0), Text("Node Selector", n => WorkloadCells.Labels(n.Obj("spec").Obj("template").Obj("spec").Obj("nodeSelector"))), Age,
        Wide("Containers", WorkloadCells.Containers), Wide("Images", WorkloadCells.Images), Wide("Selector", n => WorkloadCells.Labels(n.Obj("spec").Obj("selector").Obj("matchLabels"))),
    ];

    private static TableColumn[] ServiceColumns() =>
    [
        NameColumn, Text("Type", n => n.Obj("spec").Str("type")), Text("Cluster-IP", n => n.Obj("spec").Str("clusterIP") is { Length: > 0 } ip ? ip : "<none>"),
        Text("External-IP", WorkloadCells.ExternalAddress), Text("Port(s)", WorkloadCells.Ports), Age,
        Wide("Selector", n => WorkloadCells.Labels(n.Obj("spec").Obj("selector"))),
    ];

    private static TableColumn[] NodeColumns() =>
    [
        NameColumn, Text("Status", WorkloadCells.NodeStatus), Text("Roles", WorkloadCells.NodeRoles), Age, Text("Version", n => n.Obj("status").Obj("nodeInfo").Str("kubeletVersion")),
        Wide("Internal-IP", n => n.Obj("status").Arr("addresses").Objects().FirstOrDefault(a => a.Str("type") == "InternalIP").Str("address") ?? "<none>"),
        Wide("External-IP", _ => "<none>"), Wide("OS-Image", n => n.Obj("status").Obj("nodeInfo").Str("osImage") ?? "<unknown>"),
        Wide("Kernel-Version", n => n.Obj("status").Obj("nodeInfo").Str("kernelVersion") ?? "<unknown>"),
        Wide("Container-Runtime", n => n.Obj("status").Obj("nodeInfo").Str("containerRuntimeVersion") ?? "<unknown>"),
    ];

    private static TableColumn[] EventColumns() =>
    [
        new("Last Seen", "string", 0, (n, now) => Durations.Since(n.Str("lastTimestamp") ?? n.Obj("series").Str("lastObservedTime") ?? n.Str("eventTime") ?? n.Str("firstTimestamp"), now)),
        Text("Type", n => n.Str("type")), Text("Reason", n => n.Str("reason")),
        Text("Object", n => $"{n.Obj("involvedObject").Str("kind")?.ToLowerInvariant()}/{n.Obj("involvedObject").Str("name")}"), Wide("Subobject", n => n.Obj("involvedObject").Str("fieldPath")),
        Wide("Source", n => n.Obj("source").Str("component") ?? n.Str("reportingComponent")), Text("Message", n => n.Str("message")?.Trim()),
        Wide("First Seen", n => n.Str("firstTimestamp")), new("Count", "integer", 1, (n, _) => JsonValue.Create(n.Long("count") ?? 1)), Wide("Name", n => n.Obj("metadata").Str("name")),
    ];

    private static TableColumn[] BindingColumns() =>
    [
        NameColumn, Text("Role", n => $"{n.Obj("roleRef").Str("kind")}/{n.Obj("roleRef").Str("name")}"), Age,
        Wide("Users", n => Subjects(n, "User")), Wide("Groups", n => Subjects(n, "Group")), Wide("ServiceAccounts", n => Subjects(n, "ServiceAccount")),
    ];

    private static string Subjects(JsonObject node, string kind) => string.Join(", ", node.Arr("subjects").Objects().Where(s => s.Str("kind") == kind)
        .Select(s => kind == "ServiceAccount" ? $"{s.Str("namespace")}/{s.Str("name")}" : s.Str("name")));
}
