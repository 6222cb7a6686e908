using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Index;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Reading;
using Linkerd.Kubernetes.Models;
using Linkerd.Kubernetes.Yaml;

namespace Linkerd.Controller.Tests.Destination;

public sealed class IndexTests
{
    private static readonly ServiceName s_web = new("app", "web");

    private readonly DestinationIndex _index = new(new DestinationSettings { DefaultOpaquePorts = PortSet.Parse("3306,9000-9010") });
    private readonly List<EndpointSet> _seen = [];

    private EndpointSet Last => _seen[^1];

    private void AddPod(Pod pod) => _index.SetPod(PodReader.Read(pod, static (_, _) => new OwnerReference { Kind = "Deployment", Name = "web" }));

    private Subscription Subscribe(int port = 80) => _index.Subscribe(s_web, port, _seen.Add, out _)!;

    private void AddWeb(params SliceEndpoint[] endpoints)
    {
        _index.SetService(Cluster.Service("web"));
        _index.SetSlice(Cluster.Slice("web", endpoints: endpoints));
    }

    [Fact]
    public void A_service_that_is_not_there_cannot_be_subscribed()
    {
        Assert.Null(_index.Subscribe(s_web, 80, _seen.Add, out var fault));
        Assert.Equal(SubscribeFault.NotFound, fault);
        _index.SetService(new Service { Metadata = new() { Namespace = "app", Name = "web" }, Spec = new() { Type = "ExternalName", ExternalName = "example.com" } });
        Assert.Null(_index.Subscribe(s_web, 80, _seen.Add, out fault));
        Assert.Equal(SubscribeFault.ExternalName, fault);
    }

    [Fact]
    public void A_meshed_pod_has_identity_hint_labels_and_transport_port()
    {
        AddPod(Cluster.Pod("web-1", "10.1.0.1", node: "n1"));
        AddWeb(Cluster.Endpoint("10.1.0.1", "web-1", zone: "east"));
        Subscribe();
        var endpoint = Assert.Single(Last.Endpoints);
        Assert.Equal(new EndpointKey(IPAddress.Parse("10.1.0.1"), 8080), endpoint.Key);
        Assert.Equal("web.app.serviceaccount.identity.linkerd.cluster.local", endpoint.TlsIdentity);
        Assert.Equal((ProtocolHint.H2, 4143), (endpoint.Hint, endpoint.TransportPort));
        Assert.Equal(
            "control_plane_ns=linkerd,deployment=web,pod=web-1,pod_template_hash=abc,serviceaccount=web,zone=east",
            string.Join(',', endpoint.Labels.Select(l => $"{l.Key}={l.Value}")));
    }

    [Fact]
    public void A_pod_of_a_Job_is_labelled_as_its_own_proxy_is()
    {
        var pod = Cluster.Pod("batch-1", "10.1.0.1");
        pod.Metadata.OwnerReferences = [new() { Kind = "Job", Name = "batch", Controller = true }];
        _index.SetPod(PodReader.Read(pod, static (_, _) => null));
        AddWeb(Cluster.Endpoint("10.1.0.1", "batch-1"));
        Subscribe();
        Assert.Equal("batch", Assert.Single(Assert.Single(Last.Endpoints).Labels, static l => l.Key == "k8s_job").Value);
    }

    [Fact]
    public void Pods_of_no_or_another_mesh_have_no_identity()
    {
        AddPod(Cluster.Pod("plain", "10.1.0.1", meshedBy: null));
        AddPod(Cluster.Pod("other", "10.1.0.2", meshedBy: "linkerd-other"));
        AddPod(Cluster.Pod("skips", "10.1.0.3", annotations: new() { ["config.linkerd.io/skip-inbound-ports"] = "8000-8100" }));
        AddWeb(Cluster.Endpoint("10.1.0.1", "plain"), Cluster.Endpoint("10.1.0.2", "other"), Cluster.Endpoint("10.1.0.3", "skips"));
        Subscribe();
        Assert.Equal([(null, ProtocolHint.None, null), (null, ProtocolHint.H2, 4143), (null, ProtocolHint.None, null)],
            Last.Endpoints.Select(e => (e.TlsIdentity, e.Hint, e.TransportPort)));
    }

    [Fact]
    public void Opaque_ports_are_the_pods_then_the_namespaces_then_the_default()
    {
        _index.SetService(Cluster.Service("web"));
        AddPod(Cluster.Pod("web-1", "10.1.0.1"));
        _index.SetSlice(Cluster.Slice("web", port: 9005, endpoints: Cluster.Endpoint("10.1.0.1", "web-1")));
        Subscribe();
        Assert.Equal(ProtocolHint.Opaque, Last.Endpoints[0].Hint);
        _index.SetNamespace(Cluster.Namespace("app", new() { ["config.linkerd.io/opaque-ports"] = "1" }));
        Assert.Equal(ProtocolHint.H2, Last.Endpoints[0].Hint);
        AddPod(Cluster.Pod("web-1", "10.1.0.1", annotations: new() { ["config.linkerd.io/opaque-ports"] = "9005" }));
        Assert.Equal(ProtocolHint.Opaque, Last.Endpoints[0].Hint);
    }

    [Fact]
    public void The_proxys_own_ports_never_take_a_transport_header()
    {
        AddPod(Cluster.Pod("web-1", "10.1.0.1"));
        _index.SetService(Cluster.Service("web"));
        _index.SetSlice(Cluster.Slice("web", port: 4191, endpoints: Cluster.Endpoint("10.1.0.1", "web-1")));
        Subscribe();
        Assert.Null(Last.Endpoints[0].TransportPort);
        Assert.NotNull(Last.Endpoints[0].TlsIdentity);
    }

    [Fact]
    public void Only_what_is_ready_counts_and_null_is_ready()
    {
        AddPod(Cluster.Pod("a", "10.1.0.1"));
        AddPod(Cluster.Pod("b", "10.1.0.2"));
        AddWeb(Cluster.Endpoint("10.1.0.1", "a", ready: null), Cluster.Endpoint("10.1.0.2", "b", ready: false));
        Subscribe();
        Assert.Equal("10.1.0.1", Assert.Single(Last.Endpoints).Key.Ip.ToString());
    }

    [Fact]
    public void An_endpoint_appears_with_its_pod()
    {
        AddWeb(Cluster.Endpoint("10.1.0.1", "late"));
        Subscribe();
        Assert.Empty(Last.Endpoints);
        AddPod(Cluster.Pod("late", "10.1.0.1"));
        Assert.Single(Last.Endpoints);
        _index.RemovePod(new PodName("app", "late"));
        Assert.Empty(Last.Endpoints);
    }

    [Fact]
    public void Slices_add_up_and_go_one_by_one()
    {
        AddPod(Cluster.Pod("a", "10.1.0.1"));
        AddPod(Cluster.Pod("b", "10.1.0.2"));
        AddWeb(Cluster.Endpoint("10.1.0.1", "a"));
        Subscribe();
        var second = Cluster.Slice("web", "slice-2", endpoints: Cluster.Endpoint("10.1.0.2", "b"));
        _index.SetSlice(second);
        Assert.Equal(2, Last.Endpoints.Length);
        _index.RemoveSlice(second);
        Assert.Single(Last.Endpoints);
        _index.RemoveService(Cluster.Service("web"));
        Assert.Empty(Last.Endpoints);
    }

    [Fact]
    public void Nothing_is_published_without_a_change_and_unchanged_endpoints_are_the_same_objects()
    {
        AddPod(Cluster.Pod("a", "10.1.0.1"));
        AddPod(Cluster.Pod("b", "10.1.0.2"));
        AddWeb(Cluster.Endpoint("10.1.0.1", "a"));
        Subscribe();
        AddPod(Cluster.Pod("a", "10.1.0.1"));
        _index.SetSlice(Cluster.Slice("web", endpoints: Cluster.Endpoint("10.1.0.1", "a")));
        Assert.Single(_seen);
        _index.SetSlice(Cluster.Slice("web", endpoints: [Cluster.Endpoint("10.1.0.1", "a"), Cluster.Endpoint("10.1.0.2", "b")]));
        Assert.Equal(2, _seen.Count);
        Assert.Same(_seen[0].Endpoints[0], _seen[1].Endpoints[0]);
    }

    [Fact]
    public void After_the_end_of_a_subscription_nothing_is_heard()
    {
        AddPod(Cluster.Pod("a", "10.1.0.1"));
        AddWeb(Cluster.Endpoint("10.1.0.1", "a"));
        Subscribe().Dispose();
        _index.RemovePod(new PodName("app", "a"));
        Assert.Single(_seen);
    }

    [Fact]
    public void Ports_are_matched_by_name_and_undeclared_ones_taken_as_they_are()
    {
        AddPod(Cluster.Pod("a", "10.1.0.1"));
        AddWeb(Cluster.Endpoint("10.1.0.1", "a"));
        Subscribe(1234);
        Assert.Equal(1234, Last.Endpoints[0].Key.Port);
        _index.SetService(Cluster.Service("web", portName: "other"));
        Subscribe();
        Assert.Empty(Last.Endpoints);
    }

    [Fact]
    public void Endpoints_of_a_mirror_have_the_gateways_identity_and_the_remote_name()
    {
        _index.SetService(Cluster.Service("web"));
        var slice = Cluster.Slice("web", endpoints: Cluster.Endpoint("10.9.0.1"));
        slice.Metadata.Annotations = new Dictionary<string, string>
        {
            ["mirror.linkerd.io/remote-gateway-identity"] = "gateway.id",
            ["mirror.linkerd.io/remote-svc-fq-name"] = "web.app.svc.east.local",
        };
        _index.SetSlice(slice);
        Subscribe();
        Assert.Equal(("gateway.id", "web.app.svc.east.local:80", ProtocolHint.H2), (Last.Endpoints[0].TlsIdentity, Last.Endpoints[0].AuthorityOverride, Last.Endpoints[0].Hint));
    }

    [Fact]
    public void Old_slices_have_node_and_zone_in_their_topology_and_endpoints_objects_work_too()
    {
        AddPod(Cluster.Pod("a", "10.1.0.1", node: "n1"));
        _index.SetNode(new Node { Metadata = new() { Name = "n1", Labels = new Dictionary<string, string> { ["topology.kubernetes.io/zone"] = "north" } } });
        _index.SetService(Cluster.Service("web"));
        var endpoint = Cluster.Endpoint("10.1.0.1", "a");
        endpoint.Topology = new Dictionary<string, string> { ["kubernetes.io/hostname"] = "n1", ["topology.kubernetes.io/zone"] = "west" };
        _index.SetSlice(Cluster.Slice("web", endpoints: endpoint));
        Subscribe();
        Assert.Equal(("n1", "west"), (Last.Endpoints[0].NodeName, Last.Endpoints[0].Zone));
        _index.RemoveSlice(Cluster.Slice("web"));
        _index.SetEndpoints(new Endpoints
        {
            Metadata = new() { Namespace = "app", Name = "web" },
            Subsets = [new() { Addresses = [new() { Ip = "10.1.0.1", NodeName = "n1", TargetRef = new() { Kind = "Pod", Name = "a" } }], Ports = [new() { Name = "http", Port = 8080 }] }],
        });
        Assert.Equal(("n1", "north", 8080), (Last.Endpoints[0].NodeName, Last.Endpoints[0].Zone, Last.Endpoints[0].Key.Port));
    }

    [Fact]
    public void A_port_that_a_Server_calls_opaque_is_hinted_so()
    {
        static PolicyServer Server(string protocol, string port = "http", string app = "web") => ServerReader.Read((JsonObject)KubernetesYaml.Read(
            $"{{metadata: {{namespace: app, name: s}}, spec: {{podSelector: {{matchLabels: {{app: {app}}}}}, port: {port}, proxyProtocol: {protocol}}}}}")!);
        var pod = Cluster.Pod("a", "10.1.0.1");
        AddPod(pod with { Metadata = pod.Metadata with { Labels = new Dictionary<string, string>(pod.Metadata.Labels!) { ["app"] = "web" } } });
        AddWeb(Cluster.Endpoint("10.1.0.1", "a"));
        Subscribe();
        Profile? profile = null;
        using var byAddress = _index.Subscribe(new ProfileTarget.ByAddress(IPAddress.Parse("10.1.0.1"), 8080), p => profile = p, out _);
        bool[] Hints() => [Last.Endpoints[0].Hint == ProtocolHint.Opaque, ((Profile.OfEndpoint)profile!).Opaque];
        Assert.Equal([false, false], Hints());

        _index.SetServer(Server("opaque"));
        Assert.Equal([true, true], Hints());
        _index.SetServer(Server("HTTP/1"));
        Assert.Equal([false, false], Hints());
        _index.SetServer(Server("opaque", "8080"));
        Assert.Equal([true, true], Hints());
        _index.SetServer(Server("opaque", "8081"));
        Assert.Equal([false, false], Hints());
        _index.SetServer(Server("opaque", app: "other"));
        Assert.Equal([false, false], Hints());
        _index.SetServer(Server("opaque"));
        _index.RemoveServer(new ResourceName("app", "s"));
        Assert.Equal([false, false], Hints());
    }

    [Fact]
    public void A_pod_whose_replicaset_came_while_it_was_read_is_labelled_with_the_deployment()
    {
        var owners = new OwnerTable(_index.UpdatePod);
        var pod = Cluster.Pod("a", "10.1.0.1");
        _index.SetPod(PodReader.Read(pod, owners.OwnerOf));
        owners.Set("ReplicaSet", new PartialObject { Metadata = new() { Namespace = "app", Name = "web-abc", OwnerReferences = [new() { Kind = "Deployment", Name = "web", Controller = true }] } });
        owners.Await(pod);
        AddWeb(Cluster.Endpoint("10.1.0.1", "a"));
        Subscribe();
        Assert.Equal("web", Last.Endpoints[0].Labels["deployment"]);
    }

    [Fact]
    public void A_pod_that_came_before_its_replicaset_is_labelled_with_the_deployment_later()
    {
        var owners = new OwnerTable(_index.UpdatePod);
        var pod = Cluster.Pod("a", "10.1.0.1");
        _index.SetPod(PodReader.Read(pod, owners.OwnerOf));
        owners.Await(pod);
        AddWeb(Cluster.Endpoint("10.1.0.1", "a"));
        Subscribe();
        Assert.Equal("web-abc", Last.Endpoints[0].Labels["replicaset"]);
        owners.Set("ReplicaSet", new PartialObject { Metadata = new() { Namespace = "app", Name = "web-abc", OwnerReferences = [new() { Kind = "Deployment", Name = "web", Controller = true }] } });
        Assert.Equal("web", Last.Endpoints[0].Labels["deployment"]);
    }
}
