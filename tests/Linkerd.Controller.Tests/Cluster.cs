using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Tests;

/// <summary>Short forms of resources.</summary>
internal static class Cluster
{
    public static Service Service(string name, string ns = "app", string clusterIp = "10.96.0.1", int port = 80, string portName = "http", string? appProtocol = null, Dictionary<string, string>? annotations = null) => new()
    {
        Metadata = new() { Namespace = ns, Name = name, Annotations = annotations },
        Spec = new() { ClusterIP = clusterIp, Ports = [new() { Name = portName, Port = port, AppProtocol = appProtocol }], Selector = new Dictionary<string, string> { ["app"] = name } },
    };

    public static EndpointSlice Slice(string service, string name = "slice-1", string ns = "app", int port = 8080, string portName = "http", params SliceEndpoint[] endpoints) => new()
    {
        Metadata = new() { Namespace = ns, Name = name, Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = service } },
        AddressType = "IPv4",
        Ports = [new() { Name = portName, Port = port, Protocol = "TCP" }],
        Endpoints = endpoints,
    };

    public static SliceEndpoint Endpoint(string ip, string? pod = null, bool? ready = true, string? hostname = null, string? node = null, string? zone = null, string[]? forZones = null, string ns = "app") => new()
    {
        Addresses = [ip],
        Conditions = new() { Ready = ready },
        Hostname = hostname,
        NodeName = node,
        Zone = zone,
        TargetRef = pod is null ? null : new() { Kind = "Pod", Name = pod, Namespace = ns },
        Hints = forZones is null ? null : new() { ForZones = [.. forZones.Select(z => new ForZone { Name = z })] },
    };

    public static Pod Pod(string name, string ip, string ns = "app", string? meshedBy = "linkerd", Dictionary<string, string>? annotations = null, string account = "web", string? node = null)
    {
        var labels = new Dictionary<string, string> { ["pod-template-hash"] = "abc" };
        if (meshedBy is not null)
            labels["linkerd.io/control-plane-ns"] = meshedBy;
        return new()
        {
            Metadata = new()
            {
                Namespace = ns,
                Name = name,
                Labels = labels,
                Annotations = annotations,
                OwnerReferences = [new() { Kind = "ReplicaSet", Name = "web-abc", Controller = true }],
            },
            Spec = new()
            {
                ServiceAccountName = account,
                NodeName = node,
                Containers =
                [
                    new() { Name = "app", Ports = [new() { Name = "http", Port = 8080 }], ReadinessProbe = new() { HttpGet = new() { Path = "/ready?x=1", Port = "http" } }, LivenessProbe = new() { HttpGet = new() { Path = "/live", Port = 8080 } } },
                    new() { Name = "linkerd-proxy", Env = [new() { Name = "LINKERD2_PROXY_INBOUND_LISTEN_ADDR", Value = "0.0.0.0:4143" }, new() { Name = "LINKERD2_PROXY_ADMIN_LISTEN_ADDR", Value = "0.0.0.0:4191" }] },
                ],
            },
            Status = new() { Phase = "Running", PodIP = ip, HostIP = "192.168.0.1" },
        };
    }

    public static Namespace Namespace(string name, Dictionary<string, string> annotations) => new() { Metadata = new() { Name = name, Annotations = annotations } };
}
