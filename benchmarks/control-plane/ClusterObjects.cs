using Linkerd.Kubernetes;
using Linkerd.Kubernetes.Models;

namespace Linkerd.ControlPlane.Benchmark;

/// <summary>The objects of the cluster, as a kubelet and the controllers of Kubernetes would have written them.</summary>
internal static class ClusterObjects
{
    public static Service Service(int service) => new()
    {
        Metadata = new() { Namespace = Scale.NamespaceOf(service), Name = Scale.NameOf(service) },
        Spec = new()
        {
            ClusterIP = Scale.ClusterIp(service).ToString(),
            Selector = new Dictionary<string, string> { ["app"] = Scale.NameOf(service) },
            Ports = [new() { Name = "http", Port = Scale.ServicePort, TargetPort = new IntOrString(Scale.PodPort) }],
        },
    };

    /// <summary>A slice whose endpoints are ready or not.</summary>
    public static EndpointSlice Slice(Scale scale, int service, ReadOnlySpan<bool> ready)
    {
        var endpoints = new List<SliceEndpoint>();
        for (var e = 0; e < scale.EndpointsPerService; e++)
        {
            endpoints.Add(new()
            {
                Addresses = [scale.PodIp(service, e).ToString()],
                Conditions = new() { Ready = ready[scale.IndexOf(service, e)] },
                NodeName = Scale.NodeOf(e),
                TargetRef = new() { Kind = "Pod", Namespace = Scale.NamespaceOf(service), Name = scale.PodOf(service, e) },
            });
        }

        return new()
        {
            Metadata = new()
            {
                Namespace = Scale.NamespaceOf(service),
                Name = Scale.NameOf(service) + "-abcde",
                Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = Scale.NameOf(service) },
            },
            AddressType = "IPv4",
            Endpoints = endpoints,
            Ports = [new() { Name = "http", Port = Scale.PodPort, Protocol = "TCP" }],
        };
    }

    public static Pod Pod(Scale scale, int service, int endpoint) => new()
    {
        Metadata = new()
        {
            Namespace = Scale.NamespaceOf(service),
            Name = scale.PodOf(service, endpoint),
            Labels = new Dictionary<string, string> { ["app"] = Scale.NameOf(service), ["linkerd.io/control-plane-ns"] = "linkerd", ["pod-template-hash"] = "5f6c8d9b7" },
        },
        Spec = new()
        {
            ServiceAccountName = "default",
            NodeName = Scale.NodeOf(endpoint),
            Containers =
            [
                new()
                {
                    Name = "app",
                    Image = "example.com/app:1",
                    Ports = [new() { Name = "http", Port = Scale.PodPort }],
                    LivenessProbe = new() { HttpGet = new() { Path = "/live", Port = "http" } },
                    ReadinessProbe = new() { HttpGet = new() { Path = "/ready", Port = "http" } },
                },
                new()
                {
                    Name = "linkerd-proxy",
                    Image = "example.com/proxy:1",
                    Env = [.. ProxyEnvironment()],
                },
            ],
        },
        Status = Status(scale, service, endpoint),
    };

    public static async Task CreateAsync(KubernetesClient client, Scale scale)
    {
        foreach (var name in Scale.AllNamespaces)
        {
            await client.Resource(Resources.Namespaces).CreateAsync(new() { Metadata = new() { Name = name } });
            await client.Resource(Resources.ServiceAccounts, name).CreateAsync(new() { Metadata = new() { Name = "default" } });
        }

        foreach (var (name, zone) in Scale.AllNodes)
            await client.Resource(Resources.Nodes).CreateAsync(new() { Metadata = new() { Name = name, Labels = new Dictionary<string, string> { ["topology.kubernetes.io/zone"] = zone } } });
        var ready = new bool[scale.Endpoints];
        Array.Fill(ready, true);
        await Parallel.ForEachAsync(Enumerable.Range(0, scale.Services), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (service, cancel) =>
        {
            var ns = Scale.NamespaceOf(service);
            await client.Resource(Resources.Services, ns).CreateAsync(Service(service), cancel: cancel);
            var pods = client.Resource(Resources.Pods, ns);
            for (var e = 0; e < scale.EndpointsPerService; e++)
            {
                var made = await pods.CreateAsync(Pod(scale, service, e), cancel: cancel);
                made.Status = Status(scale, service, e);
                await pods.UpdateStatusAsync(made, cancel: cancel);
            }

            await client.Resource(Resources.EndpointSlices, ns).CreateAsync(Slice(scale, service, ready), cancel: cancel);
        });
    }

    private static PodStatus Status(Scale scale, int service, int endpoint) => new()
    {
        Phase = "Running",
        PodIP = scale.PodIp(service, endpoint).ToString(),
        PodIPs = [new() { Ip = scale.PodIp(service, endpoint).ToString() }],
        HostIP = "192.168.0.1",
    };

    // As many as the injector gives a proxy.
    private static IEnumerable<EnvVar> ProxyEnvironment()
    {
        yield return new() { Name = "LINKERD2_PROXY_INBOUND_LISTEN_ADDR", Value = "0.0.0.0:4143" };
        yield return new() { Name = "LINKERD2_PROXY_ADMIN_LISTEN_ADDR", Value = "0.0.0.0:4191" };
        yield return new() { Name = "LINKERD2_PROXY_CONTROL_LISTEN_ADDR", Value = "0.0.0.0:4190" };
        for (var i = 0; i < 40; i++)
            yield return new() { Name = $"LINKERD2_PROXY_SETTING_{i}", Value = "a value of a usual length" };
    }
}
