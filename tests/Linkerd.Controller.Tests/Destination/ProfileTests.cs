using System.Net;
using Linkerd.Controller.Common.Kubernetes;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Destination.Index;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Controller.Tests.Destination;

public sealed class ProfileTests
{
    private static readonly ServiceName s_web = new("app", "web");

    private readonly DestinationIndex _index = new(new DestinationSettings { DefaultOpaquePorts = PortSet.Parse("3306") });
    private readonly List<Profile> _seen = [];

    private void AddPod(Pod pod) => _index.SetPod(PodReader.Read(pod, static (_, _) => null));

    private SubscribeFault? Subscribe(ProfileTarget target) => _index.Subscribe(target, _seen.Add, out var fault) is null ? fault : null;

    private static ProfileTarget.ByAddress At(string ip, int port) => new(IPAddress.Parse(ip), port);

    [Fact]
    public void A_cluster_ip_and_a_name_give_the_services_profile()
    {
        _index.SetService(Cluster.Service("web"));
        Subscribe(At("10.96.0.1", 80));
        Subscribe(new ProfileTarget.ByService(s_web, 80));
        var expected = new Profile.OfService(s_web, 80, "web.app.svc.cluster.local", false, null);
        Assert.Equal([expected, expected], _seen);
    }

    [Fact]
    public void A_service_profile_of_the_client_comes_before_that_of_the_service()
    {
        const string Name = "web.app.svc.cluster.local";
        static ServiceProfile In(string ns) => new(ns, new Model.Profile { FullyQualifiedName = Name });
        _index.SetService(Cluster.Service("web"));
        Subscribe(At("10.96.0.1", 80) with { ClientNamespace = "client" });
        string? Source() => ((Profile.OfService)_seen[^1]).Source?.Namespace;
        Assert.Null(Source());
        _index.SetProfile(In("app"));
        Assert.Equal("app", Source());
        _index.SetProfile(In("client"));
        Assert.Equal("client", Source());
        _index.SetProfile(In("other"));
        Assert.Equal(3, _seen.Count);
        _index.RemoveProfile("client", Name);
        Assert.Equal("app", Source());
        _index.RemoveProfile("app", Name);
        Assert.Null(Source());
    }

    [Fact]
    public void An_undeclared_port_gives_an_empty_profile_until_it_is_declared()
    {
        _index.SetService(Cluster.Service("web"));
        Subscribe(At("10.96.0.1", 8080));
        Assert.Equal([new Profile.Empty()], _seen);
        _index.SetService(Cluster.Service("web", port: 8080));
        Assert.IsType<Profile.OfService>(_seen[^1]);
    }

    [Fact]
    public void Opaque_follows_the_service_then_the_namespace_then_the_default()
    {
        _index.SetService(Cluster.Service("web", port: 3306));
        Subscribe(At("10.96.0.1", 3306));
        bool Opaque() => ((Profile.OfService)_seen[^1]).Opaque;
        Assert.True(Opaque());
        _index.SetNamespace(Cluster.Namespace("app", new() { ["config.linkerd.io/opaque-ports"] = "25" }));
        Assert.False(Opaque());
        _index.SetService(Cluster.Service("web", port: 3306, annotations: new() { ["config.linkerd.io/opaque-ports"] = "3306" }));
        Assert.True(Opaque());
        Assert.Equal(3, _seen.Count);
    }

    [Fact]
    public void A_pod_ip_gives_the_pods_endpoint_with_its_namespace()
    {
        AddPod(Cluster.Pod("web-1", "10.1.0.1"));
        Subscribe(At("10.1.0.1", 8080));
        var profile = Assert.IsType<Profile.OfEndpoint>(_seen[0]);
        Assert.Equal(("app", "web.app.serviceaccount.identity.linkerd.cluster.local", false), (profile.Endpoint.Labels["namespace"], profile.Endpoint.TlsIdentity, profile.Opaque));
        AddPod(Cluster.Pod("web-1", "10.1.0.1", annotations: new() { ["config.linkerd.io/opaque-ports"] = "http" }));
        Assert.True(((Profile.OfEndpoint)_seen[1]).Opaque);
        _index.RemovePod(new PodName("app", "web-1"));
        Assert.Equal(EndpointBuilder.Bare(IPAddress.Parse("10.1.0.1"), 8080), ((Profile.OfEndpoint)_seen[2]).Endpoint);
    }

    [Fact]
    public void An_unknown_address_is_told_bare_and_a_pod_that_comes_there_later_is_found()
    {
        Subscribe(At("10.1.0.1", 8080));
        Assert.Null(((Profile.OfEndpoint)_seen[0]).Endpoint.Pod);
        AddPod(Cluster.Pod("web-1", "10.1.0.1"));
        Assert.NotNull(((Profile.OfEndpoint)_seen[1]).Endpoint.Pod);
    }

    [Fact]
    public void Finished_and_host_network_pods_do_not_own_their_address()
    {
        var job = Cluster.Pod("job", "10.1.0.1");
        job.Status!.Phase = "Succeeded";
        AddPod(job);
        var host = Cluster.Pod("host", "10.1.0.1", meshedBy: null);
        host.Spec!.HostNetwork = true;
        AddPod(host);
        Subscribe(At("10.1.0.1", 8080));
        Assert.Null(((Profile.OfEndpoint)_seen[0]).Endpoint.Pod);
    }

    [Fact]
    public void A_host_port_leads_to_the_pods_own_address()
    {
        var pod = Cluster.Pod("web-1", "10.1.0.1");
        pod.Spec!.Containers![0].Ports![0].HostPort = 30080;
        AddPod(pod);
        Subscribe(At("192.168.0.1", 30080));
        Assert.Equal("10.1.0.1:8080", ((Profile.OfEndpoint)_seen[0]).Endpoint.Key.ToString());
    }

    [Fact]
    public void An_instance_of_a_headless_service_is_found_by_host_name()
    {
        AddPod(Cluster.Pod("db-0", "10.1.0.5"));
        _index.SetService(Cluster.Service("web", clusterIp: "None"));
        _index.SetSlice(Cluster.Slice("web", endpoints: Cluster.Endpoint("10.1.0.5", "db-0", hostname: "db-0")));
        Assert.Null(Subscribe(new ProfileTarget.ByInstance(s_web, "db-0", 80)));
        Assert.Equal("10.1.0.5:8080", ((Profile.OfEndpoint)_seen[0]).Endpoint.Key.ToString());
        Assert.Equal(SubscribeFault.NotFound, Subscribe(new ProfileTarget.ByInstance(s_web, "db-9", 80)));
    }

    [Fact]
    public void An_address_of_two_services_is_ambiguous()
    {
        _index.SetService(Cluster.Service("web"));
        _index.SetService(Cluster.Service("twin"));
        Assert.Equal(SubscribeFault.AmbiguousAddress, Subscribe(At("10.96.0.1", 80)));
    }
}
