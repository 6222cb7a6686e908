using System.Net;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Index;
using Linkerd.Kubernetes.Models;
using Linkerd.Model;

namespace Linkerd.Controller.Tests.Policy;

public sealed class IndexTests
{
    private static readonly WorkloadName s_pod = new(false, "app", "web-1");

    private readonly PolicyIndex _index = new(new PolicySettings
    {
        DefaultOpaquePorts = PortSet.Parse("3306"),
        ClusterNetworks = [IPNetwork.Parse("10.0.0.0/8")],
    });

    private readonly List<ServerPolicy> _inbound = [];
    private readonly List<ClientPolicy> _outbound = [];

    private void AddPod(Dictionary<string, string>? annotations = null) =>
        _index.SetWorkload(WorkloadReader.Pod(Cluster.Pod("web-1", "10.1.0.1", annotations: annotations)));

    private bool Outbound(string ip, int port) => _index.SubscribeOutbound(new OutboundKey(IPAddress.Parse(ip), default, port, "client"), _outbound.Add) is not null;

    [Fact]
    public void An_unknown_pod_has_no_policy() => Assert.Null(_index.SubscribeInbound(s_pod, 80, _inbound.Add));

    [Fact]
    public void The_default_policy_is_the_flags_then_the_namespaces_then_the_pods()
    {
        AddPod();
        _index.SubscribeInbound(s_pod, 8080, _inbound.Add);
        _index.SetNamespace(Cluster.Namespace("app", new() { ["config.linkerd.io/default-inbound-policy"] = "deny" }));
        AddPod(new() { ["config.linkerd.io/default-inbound-policy"] = "cluster-authenticated" });
        AddPod(new() { ["config.linkerd.io/default-inbound-policy"] = "nonsense" });
        Assert.Equal(["all-unauthenticated", "deny", "cluster-authenticated", "all-unauthenticated"], _inbound.Select(s => s.Meta.Name));
    }

    [Fact]
    public void Ports_that_require_identity_are_authenticated()
    {
        AddPod(new() { ["config.linkerd.io/proxy-require-identity-inbound-ports"] = "http" });
        _index.SubscribeInbound(s_pod, 8080, _inbound.Add);
        _index.SubscribeInbound(s_pod, 9090, _inbound.Add);
        Assert.Equal(["all-authenticated", "all-unauthenticated"], _inbound.Select(s => s.Meta.Name));
    }

    [Fact]
    public void Probes_of_the_port_are_known_and_opaque_ports_follow_annotations()
    {
        AddPod(new() { ["config.linkerd.io/opaque-ports"] = "9090" });
        _index.SubscribeInbound(s_pod, 8080, _inbound.Add);
        _index.SubscribeInbound(s_pod, 9090, _inbound.Add);
        _index.SubscribeInbound(s_pod, 3306, _inbound.Add);
        Assert.Equal(["/live", "/ready"], _inbound[0].HttpRoutes[1].Rules[0].Matches.Select(m => m.Path!.Text));
        Assert.Equal([ServerProtocol.Detect, ServerProtocol.Opaque, ServerProtocol.Detect], _inbound.Select(s => s.Protocol));
        AddPod(new() { ["config.linkerd.io/opaque-ports"] = "9090" });
        Assert.Equal(3, _inbound.Count);
    }

    [Theory]
    [InlineData(null, 80, ClientProtocol.Detect)]
    [InlineData(null, 3306, ClientProtocol.Opaque)]
    [InlineData("http", 3306, ClientProtocol.Http1)]
    [InlineData("HTTP", 80, ClientProtocol.Http1)]
    [InlineData("kubernetes.io/h2c", 80, ClientProtocol.Http2)]
    [InlineData("linkerd.io/tcp", 80, ClientProtocol.Opaque)]
    [InlineData("https", 80, ClientProtocol.Opaque)]
    public void The_protocol_of_a_service_port(string? appProtocol, int port, ClientProtocol expected)
    {
        _index.SetService(Cluster.Service("web", port: port, appProtocol: appProtocol));
        Assert.True(Outbound("10.96.0.1", port));
        var policy = Assert.Single(_outbound);
        Assert.Equal((new Meta("core", "Service", "web") { Namespace = "app", Port = port }, expected), (policy.Meta, policy.Protocol));
    }

    [Fact]
    public void Undeclared_ports_other_addresses_and_the_outside_are_told_apart()
    {
        _index.SetService(Cluster.Service("web"));
        Assert.True(Outbound("10.96.0.1", 81));
        Assert.False(Outbound("10.1.0.1", 80));
        Assert.True(Outbound("93.184.216.34", 443));
        Assert.Equal(["undefined-port", "egress-fallback"], _outbound.Select(p => p.OpaqueRoutes[0].Meta.Name));
        Assert.Equal([DistributionKind.Empty, DistributionKind.FirstAvailable], _outbound.Select(p => p.OpaqueRoutes[0].Backends.Kind));
    }

    [Fact]
    public void Changes_of_service_and_namespace_are_told()
    {
        _index.SetService(Cluster.Service("web"));
        Outbound("10.96.0.1", 80);
        _index.SubscribeOutbound(new OutboundKey(null, new ServiceName("app", "web"), 80, "client"), _outbound.Add);
        _index.SetNamespace(Cluster.Namespace("app", new() { ["config.linkerd.io/opaque-ports"] = "80" }));
        Assert.Equal([ClientProtocol.Detect, ClientProtocol.Detect, ClientProtocol.Opaque, ClientProtocol.Opaque], _outbound.Select(t => t.Protocol));
        _index.RemoveService(Cluster.Service("web"));
        Assert.Same(OutboundResolver.None, _outbound[^1]);
    }

    [Fact]
    public void Circuit_breakers_are_read_from_annotations()
    {
        var annotations = new Dictionary<string, string> { ["balancer.linkerd.io/failure-accrual"] = "consecutive" };
        ExponentialBackoff backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), 0.5);
        Assert.Equal(new FailureAccrual.Consecutive(7) { Backoff = backoff }, BreakerAnnotations.Breaker(annotations));
        annotations["balancer.linkerd.io/failure-accrual-consecutive-max-failures"] = "3";
        annotations["balancer.linkerd.io/failure-accrual-consecutive-min-penalty"] = "250ms";
        Assert.Equal(new FailureAccrual.Consecutive(3) { Backoff = backoff with { Min = TimeSpan.FromMilliseconds(250) } }, BreakerAnnotations.Breaker(annotations));
        annotations["balancer.linkerd.io/failure-accrual"] = "unified";
        annotations["balancer.alpha.linkerd.io/failure-accrual-success-rate-threshold"] = "0.95";
        annotations["balancer.alpha.linkerd.io/failure-accrual-honor-retry-after"] = "true";
        Assert.Equal(
            new FailureAccrual.Unified(0.95, TimeSpan.FromSeconds(10), 5, 3) { Backoff = backoff with { Min = TimeSpan.FromMilliseconds(250) }, RespectRetryAfter = true },
            BreakerAnnotations.Breaker(annotations));
        annotations["balancer.alpha.linkerd.io/failure-accrual-success-rate-threshold"] = "1.5";
        Assert.Null(BreakerAnnotations.Breaker(annotations));
        annotations["balancer.linkerd.io/failure-accrual"] = "consecutive";
        annotations["balancer.linkerd.io/failure-accrual-consecutive-min-penalty"] = "61s";
        Assert.Null(BreakerAnnotations.Breaker(annotations));
    }

    [Theory]
    [InlineData("5xx", "500-599")]
    [InlineData("gateway-error, 429,500-501", "502-504 429-429 500-501")]
    [InlineData("5xx,nonsense", "")]
    [InlineData("600", "")]
    [InlineData("504-502", "")]
    public void Retry_conditions_are_read(string text, string expected)
    {
        var tuning = RouteTuning.Read(new Dictionary<string, string> { ["retry.linkerd.io/http"] = text });
        Assert.Equal(expected, string.Join(' ', tuning.RetryRanges().Select(r => $"{r.Start}-{r.End}")));
    }

    [Theory]
    [InlineData("app:web-1", "app", "web-1")]
    [InlineData("""{"ns":"app","pod":"web-1"}""", "app", "web-1")]
    [InlineData("""{"ns":"app","external_workload":"vm"}""", "app", null)]
    public void Workloads_are_parsed(string text, string ns, string? pod) => Assert.Equal((ns, pod), (Workload.Parse(text)!.Namespace, Workload.Parse(text)!.Pod));

    [Theory]
    [InlineData("")]
    [InlineData("app")]
    [InlineData("app:")]
    [InlineData("{}")]
    [InlineData("""{"ns":"app"}""")]
    [InlineData("{")]
    public void Malformed_workloads_are_refused(string text) => Assert.Null(Workload.Parse(text));
}
