using System.Text.Json.Nodes;
using Linkerd.Controller.Common.Reading;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Reading;
using Linkerd.Kubernetes.Yaml;
using Linkerd.Model;

namespace Linkerd.Controller.Tests.Policy;

/// <summary>What the resources of policy say, and what is said of those that make no sense.</summary>
public sealed class ResourceReaderTests
{
    private static readonly AuthorizationReaders s_authorizations = new(new IdentityNames("linkerd", "cluster.local"));

    /// <summary>A resource of namespace <c>app</c> named <c>it</c>, with this spec in YAML.</summary>
    internal static JsonObject Resource(string spec, string name = "it", string ns = "app", string created = "2026-01-01T00:00:00Z")
    {
        var resource = (JsonObject)KubernetesYaml.Read(spec)!;
        return new JsonObject { ["metadata"] = new JsonObject { ["namespace"] = ns, ["name"] = name, ["creationTimestamp"] = created }, ["spec"] = resource.DeepClone() };
    }

    private static string Fault(Action read) => Assert.ThrowsAny<InvalidResourceException>(read).Message;

    [Theory]
    [InlineData("{port: 80}", "spec: {\"port\":80} must have either podSelector or externalWorkloadSelector")]
    [InlineData("{podSelector: {}, port: 0}", "spec.port: 0 must be a whole number from 1 to 65535")]
    [InlineData("{podSelector: {}, port: a-very-long-port-name}", "spec.port: \"a-very-long-port-name\" is no port: write a number, or the name of a container port")]
    [InlineData("{podSelector: {}, port: 80, proxyProtocol: HTTP/3}", "spec.proxyProtocol: \"HTTP/3\" must be unknown, HTTP/1, HTTP/2, gRPC, opaque or TLS")]
    [InlineData("{podSelector: {}, port: 80, accessPolicy: open}", "spec.accessPolicy: \"open\" must be one of all-unauthenticated, all-authenticated, cluster-unauthenticated, cluster-authenticated, deny, audit")]
    [InlineData("{podSelector: {matchExpressions: [{key: a, operator: Is}]}, port: 80}", "spec.podSelector.matchExpressions[0].operator: \"Is\" must be In, NotIn, Exists or DoesNotExist")]
    public void A_server_is_refused(string spec, string message) => Assert.Equal(message, Fault(() => ServerReader.Read(Resource(spec))));

    [Theory]
    [InlineData("{server: {name: s}}", "spec.client: must have unauthenticated: true, or meshTLS")]
    [InlineData("{server: {}, client: {unauthenticated: true}}", "spec.server: {} must have either name or selector")]
    [InlineData("{server: {name: s}, client: {meshTLS: {}}}", "spec.client.meshTLS: {} must have identities, serviceAccounts or unauthenticatedTLS: true")]
    [InlineData("{server: {name: s}, client: {meshTLS: {identities: [\"UPPER\"]}}}", "spec.client.meshTLS.identities[0]: \"UPPER\" is no identity: write \"*\", a DNS name, or \"*.\" and the end of one")]
    [InlineData("{server: {name: s}, client: {unauthenticated: true, networks: [{cidr: 10.0.0.0/40}]}}", "spec.client.networks[0].cidr: \"10.0.0.0/40\" is no network: write an address and a prefix length, such as 10.0.0.0/8")]
    public void A_server_authorization_is_refused(string spec, string message) => Assert.Equal(message, Fault(() => s_authorizations.ServerAuthorization(Resource(spec))));

    [Theory]
    [InlineData("{targetRef: {kind: Service, name: a}, requiredAuthenticationRefs: []}", "spec.targetRef.kind: \"Service\" is not supported: a policy is for a Server, an HTTPRoute, a GRPCRoute or the Namespace")]
    [InlineData("{targetRef: {kind: Namespace, name: other}, requiredAuthenticationRefs: []}", "spec.targetRef: {\"kind\":\"Namespace\",\"name\":\"other\"} is in another namespace: a policy is for its own, app")]
    [InlineData("{targetRef: {kind: Namespace, name: app}}", "spec.requiredAuthenticationRefs: is required; an empty list lets every client in")]
    [InlineData("{targetRef: {kind: Namespace, name: app}, requiredAuthenticationRefs: [{kind: ServiceAccount, name: a}, {group: policy.linkerd.io, kind: MeshTLSAuthentication, name: b}]}", "is the second MeshTLSAuthentication or ServiceAccount: only one is allowed")]
    [InlineData("{targetRef: {kind: Namespace, name: app}, requiredAuthenticationRefs: [{kind: User, name: a}]}", "spec.requiredAuthenticationRefs[0].kind: \"User\" is not supported: use MeshTLSAuthentication, NetworkAuthentication or ServiceAccount")]
    public void An_authorization_policy_is_refused(string spec, string message) => Assert.EndsWith(message, Fault(() => AuthorizationReaders.AuthorizationPolicy(Resource(spec))));

    [Fact]
    public void Identities_of_accounts_and_namespaces_are_named()
    {
        var read = s_authorizations.TlsAuthentication(Resource("{identityRefs: [{kind: ServiceAccount, name: web}, {kind: ServiceAccount, name: api, namespace: other}, {kind: Namespace, name: team}]}"));
        Assert.Equal(
            [
                IdentityMatch.Exact("web.app.serviceaccount.identity.linkerd.cluster.local"),
                IdentityMatch.Exact("api.other.serviceaccount.identity.linkerd.cluster.local"),
                IdentityMatch.Suffix("team.serviceaccount.identity.linkerd.cluster.local"),
            ],
            read.Identities);
        Assert.Equal([IdentityMatch.Any, IdentityMatch.Suffix("a.b"), IdentityMatch.Exact("x.y")], s_authorizations.TlsAuthentication(Resource("{identities: ['*', '*.a.b', x.y]}")).Identities);
    }

    [Theory]
    [InlineData("{networks: []}", "spec.networks: [] must have at least one network")]
    [InlineData("{networks: [{cidr: 10.0.0.7/8, except: [10.0.0.9/8]}]}", "spec.networks[0].except[0]: \"10.0.0.9/8\" is the whole network: leave the network out instead")]
    [InlineData("{networks: [{cidr: 10.0.0.0/8, except: [10.0.0.0/8]}]}", "spec.networks[0].except[0]: \"10.0.0.0/8\" is the whole network: leave the network out instead")]
    [InlineData("{networks: [{cidr: 10.0.0.0/8, except: [192.168.0.0/16]}]}", "spec.networks[0].except[0]: \"192.168.0.0/16\" is not inside 10.0.0.0/8")]
    public void A_network_authentication_is_refused(string spec, string message) => Assert.Equal(message, Fault(() => AuthorizationReaders.NetworkAuthentication(Resource(spec))));

    [Theory]
    [InlineData("{targetRef: {kind: Service, name: a}}", "spec.targetRef.kind: \"Service\" is not supported: a rate limit belongs to a Server of group policy.linkerd.io")]
    [InlineData("{targetRef: {group: policy.linkerd.io, kind: Server, name: a}, total: {requestsPerSecond: 0}}", "spec.total.requestsPerSecond: 0 must be a whole number from 1 to 4294967295")]
    [InlineData("{targetRef: {group: policy.linkerd.io, kind: Server, name: a}, total: {requestsPerSecond: 10}, identity: {requestsPerSecond: 11}}", "spec.identity.requestsPerSecond: 11 is above the total of 10")]
    [InlineData("{targetRef: {group: policy.linkerd.io, kind: Server, name: a}, overrides: [{requestsPerSecond: 1, clientRefs: [{kind: Pod, name: p}]}]}", "spec.overrides[0].clientRefs[0].kind: \"Pod\" is not supported: clients are ServiceAccounts")]
    public void A_rate_limit_is_refused(string spec, string message) => Assert.Equal(message, Fault(() => s_authorizations.RateLimit(Resource(spec))));

    [Theory]
    [InlineData("{parentRefs: [{name: s}], hostnames: ['a b']}", "spec.hostnames[0]: \"a b\" is no host name: write a DNS name, or \"*.\" and the end of one")]
    [InlineData("{rules: [{matches: [{path: {value: x}}]}]}", "spec.rules[0].matches[0].path.value: \"x\" must begin with /")]
    [InlineData("{rules: [{matches: [{path: {type: RegularExpression, value: '('}}]}]}", "spec.rules[0].matches[0].path.value: \"(\" is no regular expression")]
    [InlineData("{rules: [{filters: [{type: URLRewrite}]}]}", "spec.rules[0].filters[0].type: \"URLRewrite\" is not supported here: use RequestHeaderModifier, ResponseHeaderModifier or RequestRedirect")]
    [InlineData("{rules: [{timeouts: {request: 1s, backendRequest: 2s}}]}", "spec.rules[0].timeouts.backendRequest: \"2s\" is longer than the whole request may take, 1s")]
    [InlineData("{rules: [{timeouts: {request: soon}}]}", "spec.rules[0].timeouts.request: \"soon\" is no duration: write a number and a unit, such as 10s or 250ms")]
    [InlineData("{rules: [{backendRefs: [{name: a}]}]}", "spec.rules[0].backendRefs[0].port: is required for a Service")]
    [InlineData("{rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: 'a b', value: c}]}}]}]}", "spec.rules[0].filters[0].requestHeaderModifier.set[0].name: \"a b\" is no header name (RFC 9110, section 5.1)")]
    public void A_route_is_refused(string spec, string message) => Assert.StartsWith(message, Fault(() => RouteReader.Read(Resource(spec), RouteKind.Http, TargetRef.GatewayGroup)), StringComparison.Ordinal);

    [Fact]
    public void A_route_is_read()
    {
        var route = RouteReader.Read(
            Resource("""
                parentRefs: [{name: web, kind: Server, group: policy.linkerd.io}, {name: web, kind: Service, group: core, port: 80}]
                hostnames: [web.example, '*.web.example']
                rules:
                - matches:
                  - path: {type: Exact, value: /a}
                    method: GET
                    headers: [{name: x, value: one}]
                    queryParams: [{name: q, type: RegularExpression, value: 'z+'}]
                  filters:
                  - type: RequestRedirect
                    requestRedirect: {hostname: other, path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}, statusCode: 301}
                  backendRefs:
                  - {name: v1, port: 80, weight: 9}
                  - {name: v2, port: 80, filters: [{type: ExtensionRef}]}
                  timeouts: {request: 1m30s, backendRequest: 250ms}
                """),
            RouteKind.Http,
            TargetRef.PolicyGroup);
        Assert.Equal([true, false], route.Parents.Select(p => p.IsServer));
        Assert.Equal([false, true], route.Parents.Select(p => p.IsService));
        Assert.Equal([new HostMatch("web.example", false), new HostMatch("web.example", true)], route.Hosts);
        var rule = Assert.Single(route.Rules);
        var match = Assert.Single(rule.HttpMatches);
        Assert.Equal((new TextMatch(TextMatchKind.Exact, "/a"), "GET"), (match.Path, match.Method));
        Assert.Equal(new NamedMatch("q", new TextMatch(TextMatchKind.Regex, "z+")), Assert.Single(match.QueryParameters));
        Assert.Equal(new RouteFilter.Redirect(null, "other", new TextMatch(TextMatchKind.Prefix, "/b"), null, 301), Assert.Single(rule.Filters));
        Assert.Equal([9u, 1u], rule.Backends.Select(b => b.Weight));
        Assert.Equal([null, "unsupported backend filter: ExtensionRef"], rule.Backends.Select(b => b.Fault));
        Assert.Equal((TimeSpan.FromSeconds(90), TimeSpan.FromMilliseconds(250)), (rule.RequestTimeout, rule.BackendRequestTimeout));
    }

    [Fact]
    public void A_route_without_rules_matches_everything() =>
        Assert.Equal(new TextMatch(TextMatchKind.Prefix, "/"), Assert.Single(Assert.Single(RouteReader.Read(Resource("{parentRefs: []}"), RouteKind.Http, TargetRef.GatewayGroup).Rules).HttpMatches).Path);
}
