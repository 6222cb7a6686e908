using System.Net;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Index;
using Linkerd.Controller.Policy.Reading;
using Linkerd.Kubernetes.Models;
using Linkerd.Model;
using static Linkerd.Controller.Tests.Policy.ResourceReaderTests;

namespace Linkerd.Controller.Tests.Policy;

/// <summary>What the policy resources of a namespace make of the ports of its pods.</summary>
public sealed class InboundPolicyTests
{
    private static readonly WorkloadName s_pod = new(false, "app", "web-1");

    private readonly AuthorizationReaders _read = new(new IdentityNames("linkerd", "cluster.local"));
    private readonly PolicyIndex _index = new(new PolicySettings { ClusterNetworks = [IPNetwork.Parse("10.0.0.0/8")], ProbeNetworks = [IPNetwork.Parse("0.0.0.0/0")] });
    private readonly List<ServerPolicy> _seen = [];

    public InboundPolicyTests()
    {
        var pod = Cluster.Pod("web-1", "10.1.0.1");
        pod.Metadata.Labels = new Dictionary<string, string> { ["app"] = "web" };
        _index.SetWorkload(WorkloadReader.Pod(pod));
        _index.SubscribeInbound(s_pod, 8080, _seen.Add);
    }

    private ServerPolicy Last => _seen[^1];

    private void Server(string name, string spec, string created = "2026-01-01T00:00:00Z") => _index.SetServer(ServerReader.Read(Resource(spec, name, created: created)));

    private void Route(string name, string spec, RouteKind kind = RouteKind.Http, string group = TargetRef.PolicyGroup) => _index.SetRoute(RouteReader.Read(Resource(spec, name), kind, group));

    [Fact]
    public void A_server_denies_until_something_lets_in()
    {
        Server("web", "{podSelector: {matchLabels: {app: web}}, port: http, proxyProtocol: HTTP/1}");
        Assert.Equal((new Meta("policy.linkerd.io", "server", "web") { Namespace = "app" }, ServerProtocol.Http1), (Last.Meta, Last.Protocol));
        Assert.Empty(Last.Authorizations);
        _index.SetServerAuthorization(_read.ServerAuthorization(Resource("{server: {name: web}, client: {meshTLS: {serviceAccounts: [{name: api}]}}}", "api")));
        var authorization = Assert.Single(Last.Authorizations);
        Assert.Equal(("serverauthorization", "api", ClientAuthentication.Identities), (authorization.Meta.Kind, authorization.Meta.Name, authorization.Authentication));
        Assert.Equal([IdentityMatch.Exact("api.app.serviceaccount.identity.linkerd.cluster.local")], authorization.Identities);
        _index.RemoveServerAuthorization(new ResourceName("app", "api"));
        Assert.Empty(Last.Authorizations);
        _index.RemoveServer(new ResourceName("app", "web"));
        Assert.Equal("all-unauthenticated", Last.Meta.Name);
    }

    [Theory]
    [InlineData("{podSelector: {matchLabels: {app: other}}, port: 8080}")]
    [InlineData("{podSelector: {}, port: 9090}")]
    [InlineData("{podSelector: {}, port: metrics}")]
    [InlineData("{externalWorkloadSelector: {}, port: 8080}")]
    public void A_server_that_is_not_about_the_port_changes_nothing(string spec)
    {
        Server("web", spec);
        Assert.Single(_seen);
    }

    [Fact]
    public void Of_two_servers_the_older_counts()
    {
        Server("newer", "{podSelector: {}, port: 8080, proxyProtocol: HTTP/2}", "2026-02-01T00:00:00Z");
        Server("older", "{podSelector: {}, port: 8080, proxyProtocol: HTTP/1}");
        Assert.Equal("older", Last.Meta.Name);
    }

    [Fact]
    public void An_access_policy_lets_in_by_itself()
    {
        Server("web", "{podSelector: {}, port: 8080, accessPolicy: cluster-authenticated}");
        var authorization = Assert.Single(Last.Authorizations);
        Assert.Equal(("default", "cluster-authenticated", "10.0.0.0/8"), (authorization.Meta.Kind, authorization.Meta.Name, Assert.Single(authorization.Networks).Network.ToString()));
    }

    [Fact]
    public void An_authorization_policy_needs_all_that_it_refers_to()
    {
        Server("web", "{podSelector: {}, port: 8080}");
        _index.SetAuthorizationPolicy(AuthorizationReaders.AuthorizationPolicy(Resource(
            "{targetRef: {group: policy.linkerd.io, kind: Server, name: web}, requiredAuthenticationRefs: [{group: policy.linkerd.io, kind: NetworkAuthentication, name: office}, {group: policy.linkerd.io, kind: MeshTLSAuthentication, name: team, namespace: shared}]}", "both")));
        Assert.Empty(Last.Authorizations);
        _index.SetNetworkAuthentication(AuthorizationReaders.NetworkAuthentication(Resource("{networks: [{cidr: 192.168.0.0/16, except: [192.168.9.0/24]}]}", "office")));
        Assert.Empty(Last.Authorizations);
        _index.SetTlsAuthentication(_read.TlsAuthentication(Resource("{identities: ['*.team.example']}", "team", "shared")));
        var authorization = Assert.Single(Last.Authorizations);
        Assert.Equal("192.168.9.0/24", Assert.Single(Assert.Single(authorization.Networks).Except).ToString());
        Assert.Equal([IdentityMatch.Suffix("team.example")], authorization.Identities);
        Assert.Equal("authorizationpolicy", authorization.Meta.Kind);
        _index.RemoveTlsAuthentication(new ResourceName("shared", "team"));
        Assert.Empty(Last.Authorizations);
    }

    [Fact]
    public void A_policy_of_the_namespace_is_about_every_server_and_none_required_lets_all_in()
    {
        Server("web", "{podSelector: {}, port: 8080}");
        _index.SetAuthorizationPolicy(AuthorizationReaders.AuthorizationPolicy(Resource("{targetRef: {kind: Namespace, name: app}, requiredAuthenticationRefs: []}", "everyone")));
        Assert.Equal(ClientAuthentication.Unauthenticated, Assert.Single(Last.Authorizations).Authentication);
    }

    [Fact]
    public void Routes_replace_the_default_and_the_probe_and_have_authorizations_of_their_own()
    {
        Server("web", "{podSelector: {}, port: 8080}");
        Assert.Equal(["default", "probe"], Last.HttpRoutes.Select(r => r.Meta.Name));
        Route("get", "{parentRefs: [{group: policy.linkerd.io, kind: Server, name: web}], rules: [{matches: [{path: {value: /api}}]}]}");
        Route("get", "{parentRefs: [{group: policy.linkerd.io, kind: Server, name: web}]}", group: TargetRef.GatewayGroup);
        Route("other", "{parentRefs: [{group: policy.linkerd.io, kind: Server, name: else}]}");
        Assert.Equal(["policy.linkerd.io/get", "gateway.networking.k8s.io/get"], Last.HttpRoutes.Select(r => $"{r.Meta.Group}/{r.Meta.Name}").OrderDescending());
        _index.SetAuthorizationPolicy(AuthorizationReaders.AuthorizationPolicy(Resource("{targetRef: {group: policy.linkerd.io, kind: HTTPRoute, name: get}, requiredAuthenticationRefs: [{kind: ServiceAccount, name: api}]}", "only-api")));
        Assert.Equal("only-api", Assert.Single(Last.HttpRoutes.Single(r => r.Meta.Group == TargetRef.PolicyGroup).Authorizations).Meta.Name);
        Assert.Empty(Last.HttpRoutes.Single(r => r.Meta.Group == TargetRef.GatewayGroup).Authorizations);
        Assert.Empty(Last.Authorizations);
    }

    [Fact]
    public void Grpc_routes_belong_to_grpc_servers()
    {
        Server("web", "{podSelector: {}, port: 8080, proxyProtocol: gRPC}");
        Assert.Equal("default", Assert.Single(Last.GrpcRoutes).Meta.Name);
        Route("echo", "{parentRefs: [{group: policy.linkerd.io, kind: Server, name: web}], rules: [{matches: [{method: {service: echo.Echo, method: Say}}]}]}", RouteKind.Grpc, TargetRef.GatewayGroup);
        var match = Assert.Single(Assert.Single(Assert.Single(Last.GrpcRoutes).Rules).Matches);
        Assert.Equal(("echo.Echo", "Say"), (match.Service, match.Method));
    }

    [Fact]
    public void The_oldest_rate_limit_of_a_server_counts()
    {
        Server("web", "{podSelector: {}, port: 8080}");
        const string Target = "targetRef: {group: policy.linkerd.io, kind: Server, name: web}";
        _index.SetRateLimit(_read.RateLimit(Resource("{" + Target + ", total: {requestsPerSecond: 5}}", "later", created: "2026-03-01T00:00:00Z")));
        _index.SetRateLimit(_read.RateLimit(Resource("{" + Target + ", total: {requestsPerSecond: 100}, identity: {requestsPerSecond: 10}, overrides: [{requestsPerSecond: 50, clientRefs: [{kind: ServiceAccount, name: api}]}]}", "first")));
        var limit = Last.RateLimit!;
        Assert.Equal(("first", 100u, 10u), (limit.Meta.Name, limit.Total, limit.Identity));
        Assert.Equal(["api.app.serviceaccount.identity.linkerd.cluster.local"], Assert.Single(limit.Overrides).Identities);
    }

    [Fact]
    public void An_external_workload_has_its_own_servers()
    {
        var seen = new List<ServerPolicy>();
        _index.SetWorkload(WorkloadReader.External(Resource("{ports: [{name: http, port: 80}]}", "vm")));
        _index.SubscribeInbound(new WorkloadName(true, "app", "vm"), 80, seen.Add);
        Server("vm", "{externalWorkloadSelector: {}, port: http, proxyProtocol: opaque}");
        Assert.Equal(["all-unauthenticated", "vm"], seen.Select(s => s.Meta.Name));
        Assert.Single(_seen);
    }

    [Fact]
    public void What_changes_nothing_is_not_told()
    {
        Server("web", "{podSelector: {}, port: 8080}");
        var count = _seen.Count;
        Server("web", "{podSelector: {}, port: 8080}");
        Route("elsewhere", "{parentRefs: [{name: gateway}]}");
        Assert.Equal(count, _seen.Count);
    }
}
