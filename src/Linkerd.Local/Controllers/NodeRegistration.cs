using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;
using Linkerd.Local.Cluster;
using Linkerd.Local.Network;
using Linkerd.Local.Runtime;

namespace Linkerd.Local.Controllers;

/// <summary>Makes this machine the cluster's one node, and says that it lives.</summary>
internal sealed class NodeRegistration(KubernetesClient client, TimeProvider clock, NodeLog log)
{
    private const string LeaseNamespace = "kube-node-lease";
    private const int LeaseSeconds = 40;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private static readonly ResourceType<JsonObject> NodeJson = ResourceType.Dynamic(new GroupVersionResource("", "v1", "nodes"), "Node", false);

    /// <summary>The node's labels.</summary>
    public static IReadOnlyDictionary<string, string> Labels { get; } = new Dictionary<string, string>
    {
        ["kubernetes.io/arch"] = Architecture,
        ["kubernetes.io/hostname"] = NodeContext.NodeName,
        ["kubernetes.io/os"] = "linux",
        ["beta.kubernetes.io/arch"] = Architecture,
        ["beta.kubernetes.io/os"] = "linux",
        ["node-role.kubernetes.io/control-plane"] = "",
    };

    private static string Architecture => RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";

    /// <summary>Creates or refreshes the Node.</summary>
    public async Task RegisterAsync(CancellationToken cancel)
    {
        var labels = new JsonObject();
        foreach (var (name, value) in Labels)
            labels[name] = value;
        var node = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = NodeContext.NodeName, ["labels"] = labels },
            ["spec"] = new JsonObject { ["podCIDR"] = NodeNetwork.PodRange.ToString(), ["podCIDRs"] = new JsonArray(NodeNetwork.PodRange.ToString()), ["providerID"] = "linkerd-local://" + NodeContext.NodeName },
        };
        await EndpointsController.ApplyAsync(client.Resource(NodeJson), NodeContext.NodeName, node, cancel);
        await client.Resource(NodeJson).PatchAsync(NodeContext.NodeName, Patch.Merge(new JsonObject { ["status"] = Status() }), "status", cancel: cancel);
    }

    /// <summary>Renews the node's lease until cancelled.</summary>
    public async Task HeartbeatAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                await RenewAsync(cancel);
            }
            catch (KubernetesException e)
            {
                log.Failure("node lease", e);
            }

            await Task.Delay(Period, clock, cancel);
        }
    }

    private async Task RenewAsync(CancellationToken cancel)
    {
        var leases = client.Resource(Resources.Leases, LeaseNamespace);
        var lease = await leases.FindAsync(NodeContext.NodeName, cancel);
        if (lease is null)
        {
            await leases.CreateAsync(new Lease
            {
                Metadata = new ObjectMeta { Name = NodeContext.NodeName, Namespace = LeaseNamespace },
                Spec = new LeaseSpec { HolderIdentity = NodeContext.NodeName, LeaseDurationSeconds = LeaseSeconds, RenewTime = clock.GetUtcNow() },
            }, cancel: cancel);
            return;
        }

        lease.Spec ??= new LeaseSpec { HolderIdentity = NodeContext.NodeName, LeaseDurationSeconds = LeaseSeconds };
        lease.Spec.RenewTime = clock.GetUtcNow();
        await leases.UpdateAsync(lease, cancel: cancel);
    }

    private JsonObject Status()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024;
        JsonObject Amounts() => new()
        {
            ["cpu"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
            ["memory"] = memory.ToString(CultureInfo.InvariantCulture) + "Ki",
            ["pods"] = "1000",
            ["ephemeral-storage"] = "100Gi",
        };
        return new JsonObject
        {
            ["capacity"] = Amounts(),
            ["allocatable"] = Amounts(),
            ["addresses"] = new JsonArray(
                new JsonObject { ["type"] = "InternalIP", ["address"] = NodeNetwork.NodeAddress.ToString() },
                new JsonObject { ["type"] = "Hostname", ["address"] = NodeContext.NodeName }),
            ["conditions"] = new JsonArray(
                Condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                Condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                Condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                Condition("Ready", "True", "KubeletReady", "the pod runtime is ready")),
            ["nodeInfo"] = new JsonObject
            {
                ["architecture"] = Architecture,
                ["operatingSystem"] = "linux",
                ["kernelVersion"] = Environment.OSVersion.Version.ToString(),
                ["osImage"] = RuntimeInformation.OSDescription,
                ["containerRuntimeVersion"] = "linkerd-local://0.1.0",
                ["kubeletVersion"] = "v1.29.0",
                ["kubeProxyVersion"] = "v1.29.0",
                ["machineID"] = "",
                ["systemUUID"] = "",
                ["bootID"] = "",
            },
        };
    }

    private JsonObject Condition(string type, string status, string reason, string message) => new()
    {
        ["type"] = type, ["status"] = status, ["reason"] = reason, ["message"] = message,
        ["lastHeartbeatTime"] = Statuses.Now(clock), ["lastTransitionTime"] = Statuses.Now(clock),
    };
}
