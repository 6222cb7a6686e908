using System.Text.Json.Nodes;
using Linkerd.Kubernetes;
using Linkerd.Local.Network;

namespace Linkerd.Local.Controllers;

/// <summary>The Services of the cluster itself, which select no pods: the API server and DNS.</summary>
internal static class ClusterServices
{
    private const int ApiPort = 6443;
    private static readonly ResourceType<JsonObject> Services = ResourceType.Dynamic(new GroupVersionResource("", "v1", "services"), "Service", true);
    private static readonly ResourceType<JsonObject> Endpoints = ResourceType.Dynamic(new GroupVersionResource("", "v1", "endpoints"), "Endpoints", true);
    private static readonly ResourceType<JsonObject> Slices = ResourceType.Dynamic(new GroupVersionResource("discovery.k8s.io", "v1", "endpointslices"), "EndpointSlice", true);

    /// <summary>Creates or corrects them.</summary>
    public static async Task EnsureAsync(KubernetesClient client, CancellationToken cancel)
    {
        await PointAsync(client, "default", "kubernetes", [("https", "TCP", ApiPort)], cancel);
        await EndpointsController.ApplyAsync(client.Resource(Services, "kube-system"), "kube-dns", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "kube-dns", ["namespace"] = "kube-system", ["labels"] = new JsonObject { ["k8s-app"] = "kube-dns", ["kubernetes.io/name"] = "CoreDNS" } },
            ["spec"] = new JsonObject
            {
                ["clusterIP"] = NodeNetwork.DnsAddress.ToString(),
                ["ports"] = new JsonArray(
                    new JsonObject { ["name"] = "dns", ["port"] = 53, ["protocol"] = "UDP", ["targetPort"] = 53 },
                    new JsonObject { ["name"] = "dns-tcp", ["port"] = 53, ["protocol"] = "TCP", ["targetPort"] = 53 }),
            },
        }, cancel);
        await PointAsync(client, "kube-system", "kube-dns", [("dns", "UDP", 53), ("dns-tcp", "TCP", 53)], cancel);
    }

    private static async Task PointAsync(KubernetesClient client, string ns, string name, (string Name, string Protocol, int Port)[] ports, CancellationToken cancel)
    {
        JsonArray Ports() => new([.. ports.Select(static p => (JsonNode)new JsonObject { ["name"] = p.Name, ["port"] = p.Port, ["protocol"] = p.Protocol })]);
        var address = NodeNetwork.NodeAddress.ToString();
        await EndpointsController.ApplyAsync(client.Resource(Endpoints, ns), name, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
            ["subsets"] = new JsonArray(new JsonObject { ["addresses"] = new JsonArray(new JsonObject { ["ip"] = address }), ["ports"] = Ports() }),
        }, cancel);
        await EndpointsController.ApplyAsync(client.Resource(Slices, ns), name, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["labels"] = new JsonObject { [ServiceEndpoints.ServiceLabel] = name } },
            ["addressType"] = "IPv4",
            ["endpoints"] = new JsonArray(new JsonObject { ["addresses"] = new JsonArray(address), ["conditions"] = new JsonObject { ["ready"] = true } }),
            ["ports"] = Ports(),
        }, cancel);
    }
}
