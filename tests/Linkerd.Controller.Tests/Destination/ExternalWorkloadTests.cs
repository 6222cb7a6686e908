using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Controller.Common.Reading;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Index;
using Linkerd.Controller.Destination.Reading;
using Linkerd.Controller.Destination.Serve;
using Linkerd.Controller.Policy.Reading;
using Linkerd.Kubernetes.Models;
using Linkerd.Kubernetes.Yaml;
using static Linkerd.Controller.Tests.Policy.ResourceReaderTests;

namespace Linkerd.Controller.Tests.Destination;

/// <summary>Endpoints outside of the cluster.</summary>
public sealed class ExternalWorkloadTests
{
    private const string Vm = """
        apiVersion: workload.linkerd.io/v1beta1
        kind: ExternalWorkload
        metadata:
          name: vm-1
          namespace: app
          uid: 1-2-3
          labels: {app: vm, topology.kubernetes.io/zone: east}
          ownerReferences: [{apiVersion: workload.linkerd.io/v1beta1, kind: ExternalGroup, name: vms}]
        spec:
          meshTLS: {identity: 'spiffe://root.linkerd.cluster.local/vm-1', serverName: vm-1.example}
          workloadIPs: [{ip: 192.0.2.1}]
          ports: [{name: http, port: 8080}, {name: mysql, port: 3306}, {name: linkerd-proxy, port: 5143}]
        status: {conditions: [{type: Ready, status: 'True'}]}
        """;

    private readonly DestinationIndex _index = new(new DestinationSettings { DefaultOpaquePorts = PortSet.Parse("3306") });
    private readonly List<EndpointSet> _seen = [];
    private Profile? _profile;

    private static ExternalWorkload Read(string text = Vm) => ExternalWorkloadReader.Read((JsonObject)KubernetesYaml.Read(text)!);

    private void Follow(int port = 8080)
    {
        _index.SetService(Cluster.Service("vm"));
        var endpoint = Cluster.Endpoint("192.0.2.1", zone: "east");
        endpoint.TargetRef = new ObjectReference { Kind = "ExternalWorkload", Namespace = "app", Name = "vm-1" };
        _index.SetSlice(Cluster.Slice("vm", port: port, endpoints: endpoint));
        Assert.NotNull(_index.Subscribe(new ServiceName("app", "vm"), 80, _seen.Add, out _));
    }

    private void FollowAddress(int port) => Assert.NotNull(_index.Subscribe(new ProfileTarget.ByAddress(IPAddress.Parse("192.0.2.1"), port), p => _profile = p, out _));

    private Profile.OfEndpoint Endpoint => Assert.IsType<Profile.OfEndpoint>(_profile);

    [Fact]
    public void A_workload_has_its_identity_by_URI_and_HTTP2_whatever_the_setting_for_pods()
    {
        Follow();
        Assert.Empty(_seen[^1].Endpoints);
        _index.SetWorkload(Read());
        var endpoint = Assert.Single(_seen[^1].Endpoints);
        Assert.Equal((ProtocolHint.H2, 5143), (endpoint.Hint, endpoint.TransportPort));
        Assert.Equal("ExternalGroup=vms,external_workload=vm-1,zone=east", string.Join(',', endpoint.Labels.Select(static l => $"{l.Key}={l.Value}")));

        var message = new EndpointMessages(null).Add(new ServiceName("app", "vm"), [endpoint], "west").Add.Addrs.Single();
        Assert.Equal(("spiffe://root.linkerd.cluster.local/vm-1", "vm-1.example"), (message.TlsIdentity.UriLikeIdentity.Uri, message.TlsIdentity.ServerName.Name));
        Assert.Equal(("workload.linkerd.io", "ExternalWorkload", "vm-1"), (message.ResourceRef.Resource.Group, message.ResourceRef.Resource.Kind, message.ResourceRef.Resource.Name));

        _index.RemoveWorkload(new ExternalWorkloadName("app", "vm-1"));
        Assert.Empty(_seen[^1].Endpoints);
    }

    [Fact]
    public void Opaque_ports_are_the_workloads_then_the_default_and_those_of_Servers()
    {
        Follow(3306);
        _index.SetWorkload(Read());
        Assert.Equal(ProtocolHint.Opaque, _seen[^1].Endpoints[0].Hint);
        _index.SetWorkload(Read(Vm.Replace("  uid: 1-2-3", "  annotations: {config.linkerd.io/opaque-ports: http}", StringComparison.Ordinal)));
        Assert.Equal(ProtocolHint.H2, _seen[^1].Endpoints[0].Hint);
        _index.SetServer(ServerReader.Read(Resource("{podSelector: {}, port: mysql, proxyProtocol: opaque}", "pods")));
        Assert.Equal(ProtocolHint.H2, _seen[^1].Endpoints[0].Hint);
        _index.SetServer(ServerReader.Read(Resource("{externalWorkloadSelector: {matchLabels: {app: vm}}, port: mysql, proxyProtocol: opaque}", "vms")));
        Assert.Equal(ProtocolHint.Opaque, _seen[^1].Endpoints[0].Hint);
    }

    [Fact]
    public void The_address_of_a_workload_has_its_profile_on_the_ports_that_it_declares()
    {
        FollowAddress(3306);
        Assert.Null(Endpoint.Endpoint.External);
        _index.SetWorkload(Read());
        Assert.Equal(("vm-1.app", "app", true), (Endpoint.Endpoint.External?.Workload.ToString(), Endpoint.Endpoint.Labels["namespace"], Endpoint.Opaque));
        FollowAddress(9999);
        Assert.Null(Endpoint.Endpoint.External);

        // Two that claim one address and port contradict each other.
        _index.SetWorkload(Read(Vm.Replace("name: vm-1", "name: vm-2", StringComparison.Ordinal)));
        Assert.Null(_index.Subscribe(new ProfileTarget.ByAddress(IPAddress.Parse("192.0.2.1"), 8080), static _ => { }, out var fault));
        Assert.Equal(SubscribeFault.AmbiguousAddress, fault);
    }

    [Fact]
    public void Readiness_is_a_condition_and_what_is_wrong_is_named()
    {
        Assert.True(Read().IsReady);
        Assert.False(Read(Vm.Replace("'True'", "'False'", StringComparison.Ordinal)).IsReady);
        Assert.False(Read(Vm[..Vm.IndexOf("status: {", StringComparison.Ordinal)]).IsReady);
        Assert.False(Read(Vm.Replace("  uid:", "  deletionTimestamp: '2026-01-01T00:00:00Z'\n  uid:", StringComparison.Ordinal)).IsReady);
        Assert.Equal(
            "spec.workloadIPs[0].ip: \"192.0.2.300\" is no IP address",
            Assert.ThrowsAny<InvalidResourceException>(() => Read(Vm.Replace("192.0.2.1", "192.0.2.300", StringComparison.Ordinal))).Message);
    }
}
