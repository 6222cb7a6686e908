using System.Net;
using System.Text.Json.Nodes;
using Linkerd.Api.Mapping;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Index;
using Linkerd.Controller.Policy.Reading;
using Linkerd.Model;
using static Linkerd.Controller.Tests.Policy.ResourceReaderTests;

namespace Linkerd.Controller.Tests.Policy;

/// <summary>What routes make of traffic to Services and out of the cluster.</summary>
public sealed class OutboundPolicyTests
{
    private const string Parent = "parentRefs: [{group: core, kind: Service, name: web, namespace: app}]";

    private readonly PolicyIndex _index = new(new PolicySettings { ClusterNetworks = [IPNetwork.Parse("10.0.0.0/8")] });
    private readonly List<ClientPolicy> _seen = [];

    public OutboundPolicyTests()
    {
        _index.SetService(Cluster.Service("web"));
        _index.SubscribeOutbound(Key("client"), _seen.Add);
    }

    private ClientPolicy Last => _seen[^1];

    private static OutboundKey Key(string ns) => new(IPAddress.Parse("10.96.0.1"), default, 80, ns);

    private ClientPolicy Outside(string ip, string ns = "client")
    {
        ClientPolicy? policy = null;
        _index.SubscribeOutbound(new OutboundKey(IPAddress.Parse(ip), default, 443, ns), p => policy = p)?.Dispose();
        return policy!;
    }

    private void Route(string name, string spec, RouteKind kind = RouteKind.Http, string ns = "app", Dictionary<string, string>? annotations = null, string created = "2026-01-01T00:00:00Z")
    {
        var resource = Resource(spec, name, ns, created);
        if (annotations is not null)
            resource["metadata"]!["annotations"] = new JsonObject(annotations.Select(a => KeyValuePair.Create<string, JsonNode?>(a.Key, a.Value)));
        _index.SetRoute(RouteReader.Read(resource, kind, TargetRef.GatewayGroup));
    }

    private void Network(string name, string spec, string ns = "client") => _index.SetEgressNetwork(EgressNetworkReader.Read(Resource(spec, name, ns)));

    [Fact]
    public void A_route_splits_by_weight_and_a_missing_backend_fails_its_share()
    {
        _index.SetService(Cluster.Service("v1", clusterIp: "10.96.0.2"));
        Route("split", "{" + Parent + ", rules: [{backendRefs: [{name: v1, port: 80, weight: 9}, {name: v2, port: 80}]}]}");
        var rule = Assert.Single(Assert.Single(Last.Http1!.Routes).Rules);
        Assert.Equal(DistributionKind.RandomAvailable, rule.Backends.Kind);
        Assert.Equal([9u, 1u], rule.Backends.Backends.Select(b => b.Weight));
        Assert.Equal("v1.app.svc.cluster.local:80", rule.Backends.Backends[0].Backend.Balancer!.Destination);
        Assert.Equal(new RouteFilter.HttpFailure(500, "Service not found v2", null), Assert.Single(rule.Backends.Backends[1].Filters));
        _index.SetService(Cluster.Service("v2", clusterIp: "10.96.0.3"));
        Assert.Empty(Last.Http1!.Routes[0].Rules[0].Backends.Backends[1].Filters);
        _index.RemoveService(Cluster.Service("v2", clusterIp: "10.96.0.3"));
        Assert.NotEmpty(Last.Http1!.Routes[0].Rules[0].Backends.Backends[1].Filters);
        _index.RemoveRoute(RouteKind.Http, TargetRef.GatewayGroup, new ResourceName("app", "split"));
        Assert.Equal("http", Assert.Single(Last.Http2!.Routes).Meta.Name);
    }

    [Fact]
    public void A_route_of_the_clients_namespace_is_for_its_clients_only()
    {
        var others = new List<ClientPolicy>();
        _index.SubscribeOutbound(Key("other"), others.Add);
        Route("producer", "{" + Parent + "}", created: "2026-02-01T00:00:00Z");
        Route("consumer", "{" + Parent + "}", ns: "client");
        Assert.Equal(["consumer", "producer"], Last.Http1!.Routes.Select(r => r.Meta.Name));
        Assert.Equal(["producer"], others[^1].Http1!.Routes.Select(r => r.Meta.Name));
    }

    [Theory]
    [InlineData("{parentRefs: [{group: core, kind: Service, name: web, namespace: app, port: 81}]}")]
    [InlineData("{parentRefs: [{group: core, kind: Service, name: else, namespace: app}]}")]
    [InlineData("{parentRefs: [{name: web}]}")]
    public void A_route_of_another_parent_changes_nothing(string spec)
    {
        Route("other", spec);
        Assert.Single(_seen);
    }

    [Fact]
    public void The_kind_of_the_attached_routes_says_the_protocol()
    {
        Route("tcp", "{" + Parent + ", rules: [{backendRefs: []}]}", RouteKind.Tcp);
        Assert.Equal((ClientProtocol.Opaque, "tcp"), (Last.Protocol, Last.OpaqueRoutes[0].Meta.Name));
        Route("tls", "{" + Parent + ", hostnames: [a.example], rules: [{backendRefs: []}]}", RouteKind.Tls);
        Assert.Equal((ClientProtocol.Tls, "a.example"), (Last.Protocol, Last.TlsRoutes[0].ServerNames[0].Text));
        Route("http", "{" + Parent + "}");
        Assert.Equal(ClientProtocol.Detect, Last.Protocol);
        Route("grpc", "{" + Parent + ", rules: [{matches: [{method: {service: s}}]}]}", RouteKind.Grpc);
        Assert.Equal((ClientProtocol.Grpc, "s"), (Last.Protocol, Last.Grpc!.Routes[0].Rules[0].Matches[0].Service));
    }

    [Fact]
    public void Annotations_of_a_route_come_before_those_of_the_service()
    {
        _index.SetService(Cluster.Service("web", annotations: new() { ["timeout.linkerd.io/request"] = "9s", ["retry.linkerd.io/http"] = "5xx", ["retry.linkerd.io/limit"] = "5" }));
        Route("slow", "{" + Parent + ", rules: [{timeouts: {backendRequest: 300ms}}]}", annotations: new() { ["timeout.linkerd.io/response"] = "2s" });
        var rule = Last.Http1!.Routes[0].Rules[0];
        Assert.Equal(new RouteTimeouts(TimeSpan.FromSeconds(2), null, null), rule.Timeouts);
        Assert.Equal((5, TimeSpan.FromMilliseconds(300)), (rule.Retry!.MaxRetries, rule.Retry.Timeout));
        Route("slow", "{" + Parent + ", rules: [{timeouts: {request: 1s}}]}", annotations: new() { ["retry.linkerd.io/http"] = "503" });
        rule = Last.Http1!.Routes[0].Rules[0];
        Assert.Equal((TimeSpan.FromSeconds(1), 1), (rule.Timeouts.Request, rule.Retry!.MaxRetries));
        Assert.Equal((503, 503), Assert.Single(rule.Retry.StatusRanges));
    }

    [Fact]
    public void Codes_of_gRPC_are_retried()
    {
        Route("grpc", "{" + Parent + ", rules: [{}]}", RouteKind.Grpc, annotations: new() { ["retry.linkerd.io/grpc"] = "unavailable,cancelled" });
        Assert.Equal([14, 1], Last.Grpc!.Routes[0].Rules[0].Retry!.GrpcCodes);
    }

    [Fact]
    public void An_egress_network_lets_out_or_does_not()
    {
        Assert.Equal("egress-fallback", Outside("93.184.216.34").Meta.Name);
        Network("all", "{trafficPolicy: Deny}");
        var denied = Outside("93.184.216.34");
        Assert.Equal((new Meta("policy.linkerd.io", "EgressNetwork", "all") { Namespace = "client", Port = 443 }, "http-egress-deny", "tcp-egress-deny"), (denied.Meta, denied.Http1!.Routes[0].Meta.Name, denied.OpaqueRoutes[0].Meta.Name));
        Assert.Equal(new RouteFilter.HttpFailure(403, "traffic not allowed", null), Assert.Single(denied.Http1.Routes[0].Rules[0].Filters));
        Assert.IsType<RouteFilter.Forbidden>(Assert.Single(denied.OpaqueRoutes[0].Filters));
        Assert.Equal("egress-fallback", Outside("93.184.216.34", "other").Meta.Name);
        Network("some", "{trafficPolicy: Allow, networks: [{cidr: 93.184.0.0/16}]}");
        Assert.Equal("http-egress-allow", Outside("93.184.216.34").Http1!.Routes[0].Meta.Name);
        Assert.Equal("http-egress-deny", Outside("8.8.8.8").Http1!.Routes[0].Meta.Name);
    }

    [Fact]
    public void The_global_egress_namespace_is_for_everyone_without_a_network_of_their_own()
    {
        Network("everyone", "{trafficPolicy: Deny}", "linkerd-egress");
        Assert.Equal("everyone", Outside("8.8.8.8").Meta.Name);
        Network("own", "{trafficPolicy: Allow}");
        Assert.Equal("own", Outside("8.8.8.8").Meta.Name);
    }

    [Fact]
    public void A_network_that_reaches_into_the_cluster_is_not_used()
    {
        Network("wrong", "{trafficPolicy: Deny, networks: [{cidr: 10.0.0.0/7}]}");
        Assert.Equal("egress-fallback", Outside("11.0.0.1").Meta.Name);
    }

    [Fact]
    public void Routes_of_an_egress_network_come_before_its_verdict()
    {
        Network("all", "{trafficPolicy: Deny}");
        Route("tls", "{parentRefs: [{group: policy.linkerd.io, kind: EgressNetwork, name: all, namespace: client, port: 443}], hostnames: ['*.example.com'], rules: [{backendRefs: [{group: policy.linkerd.io, kind: EgressNetwork, name: all}]}]}", RouteKind.Tls, "client");
        var policy = Outside("93.184.216.34");
        Assert.Equal(ClientProtocol.Tls, policy.Protocol);
        Assert.Equal(["tls", "tls-egress-deny"], policy.TlsRoutes.Select(r => r.Meta.Name));
        Assert.Equal("93.184.216.34:443", policy.TlsRoutes[0].Backends.Backends[0].Backend.Forward!.Address.ToString());
        Assert.IsType<RouteFilter.Forbidden>(Assert.Single(policy.TlsRoutes[1].Filters));
    }

    [Fact]
    public void What_is_sent_is_what_the_proxy_reads()
    {
        Network("all", "{trafficPolicy: Deny}");
        _index.SetService(Cluster.Service("web", annotations: new() { ["balancer.linkerd.io/failure-accrual"] = "unified", ["balancer.alpha.linkerd.io/penalize-failures"] = "true", ["retry.linkerd.io/http"] = "5xx", ["timeout.linkerd.io/idle"] = "9s" }));
        Route("split", "{" + Parent + ", hostnames: ['*.web'], rules: [{matches: [{path: {value: /a}, method: POST, headers: [{name: h, value: v}]}], filters: [{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: a, value: b}], remove: [c]}}], backendRefs: [{name: v1, port: 80}]}]}");
        foreach (var policy in new[] { Last, Outside("8.8.8.8") })
            Assert.Equal(ClientPolicyMessages.ToWire(policy), ClientPolicyMessages.ToWire(ClientPolicies.ToModel(ClientPolicyMessages.ToWire(policy))));
        Assert.Equal(0.8, Assert.IsType<FailureAccrual.Unified>(ClientPolicies.ToModel(ClientPolicyMessages.ToWire(Last)).Http1!.FailureAccrual).SuccessRateThreshold);
    }
}
