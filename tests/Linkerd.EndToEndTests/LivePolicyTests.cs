using System.Text.Json.Nodes;
using Linkerd.Testing;

namespace Linkerd.EndToEndTests;

/// <summary>What policies do to traffic as they come and go. Each test leaves none behind.</summary>
public sealed class LivePolicyTests
{
    private const string Fleet = "http://fleet.e2e.svc.cluster.local/";
    private const string Outside = "203.0.113.80";

    [Fact]
    public async Task Only_A_may_call_B()
    {
        using var policies = new Policies("""
            apiVersion: policy.linkerd.io/v1beta3
            kind: Server
            metadata: {name: fleet, namespace: e2e}
            spec: {podSelector: {matchLabels: {app: fleet}}, port: 8080, proxyProtocol: HTTP/1}
            """);
        // A Server without an authorization lets nobody in.
        await UntilAsync("client", Fleet, 403);
        await UntilAsync("outsider", Fleet, 403);

        policies.Add("""
            apiVersion: policy.linkerd.io/v1alpha1
            kind: MeshTLSAuthentication
            metadata: {name: server-only, namespace: e2e}
            spec: {identityRefs: [{kind: ServiceAccount, name: server}]}
            ---
            apiVersion: policy.linkerd.io/v1alpha1
            kind: AuthorizationPolicy
            metadata: {name: server-only, namespace: e2e}
            spec:
              targetRef: {group: policy.linkerd.io, kind: Server, name: fleet}
              requiredAuthenticationRefs: [{group: policy.linkerd.io, kind: MeshTLSAuthentication, name: server-only}]
            """);
        await UntilAsync("server", Fleet, 200);
        Assert.Equal(403, MeshFixture.Status("client", Fleet));
        Assert.Equal(403, MeshFixture.Status("outsider", Fleet));

        policies.Remove();
        await UntilAsync("client", Fleet, 200);
        await UntilAsync("outsider", Fleet, 200);
    }

    [Fact]
    public async Task A_route_has_an_authorization_of_its_own()
    {
        using var policies = new Policies("""
            apiVersion: policy.linkerd.io/v1beta3
            kind: Server
            metadata: {name: fleet, namespace: e2e}
            spec: {podSelector: {matchLabels: {app: fleet}}, port: 8080, proxyProtocol: HTTP/1}
            ---
            apiVersion: policy.linkerd.io/v1beta3
            kind: HTTPRoute
            metadata: {name: page, namespace: e2e}
            spec:
              parentRefs: [{group: policy.linkerd.io, kind: Server, name: fleet}]
              rules: [{matches: [{path: {type: Exact, value: /index.html}, method: GET}]}]
            ---
            apiVersion: policy.linkerd.io/v1beta3
            kind: HTTPRoute
            metadata: {name: rest, namespace: e2e}
            spec:
              parentRefs: [{group: policy.linkerd.io, kind: Server, name: fleet}]
              rules: [{matches: [{path: {type: PathPrefix, value: /}}]}]
            ---
            apiVersion: policy.linkerd.io/v1alpha1
            kind: NetworkAuthentication
            metadata: {name: everywhere, namespace: e2e}
            spec: {networks: [{cidr: 0.0.0.0/0}]}
            ---
            apiVersion: policy.linkerd.io/v1alpha1
            kind: AuthorizationPolicy
            metadata: {name: page, namespace: e2e}
            spec:
              targetRef: {group: policy.linkerd.io, kind: HTTPRoute, name: page}
              requiredAuthenticationRefs: [{group: policy.linkerd.io, kind: NetworkAuthentication, name: everywhere}]
            """);
        await UntilAsync("client", Fleet, 403);
        await UntilAsync("client", Fleet + "index.html", 200);
        await UntilAsync("outsider", Fleet + "index.html", 200);
        Assert.Equal(403, MeshFixture.Status("outsider", Fleet));
    }

    [Fact]
    public async Task A_rate_limit_answers_429_beyond_it()
    {
        using var policies = new Policies("""
            apiVersion: policy.linkerd.io/v1beta3
            kind: Server
            metadata: {name: other, namespace: e2e}
            spec: {podSelector: {matchLabels: {app: server}}, port: 8080, proxyProtocol: HTTP/1, accessPolicy: all-unauthenticated}
            ---
            apiVersion: policy.linkerd.io/v1alpha1
            kind: HTTPLocalRateLimitPolicy
            metadata: {name: slow, namespace: e2e}
            spec: {targetRef: {group: policy.linkerd.io, kind: Server, name: other}, total: {requestsPerSecond: 1}}
            """);
        const string Burst = "for i in 1 2 3 4 5 6; do timeout 5 wget -S -O /dev/null http://server.e2e.svc.cluster.local/ 2>&1 | grep HTTP/ & done; wait";

        await Eventually.TrueAsync(
            () => MeshFixture.InClient(Burst) is var answers && answers.Contains(" 429 ", StringComparison.Ordinal) && answers.Contains(" 200 ", StringComparison.Ordinal),
            "a burst of which some is let through and some is not", 60);
        await UntilAsync("client", "http://server.e2e.svc.cluster.local/", 200);
    }

    [Fact]
    public async Task A_header_chooses_the_backend()
    {
        using var policies = new Policies("""
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: by-header, namespace: e2e}
            spec:
              parentRefs: [{group: "", kind: Service, name: server, port: 80}]
              rules:
              - matches: [{headers: [{name: x-version, value: fleet}]}]
                backendRefs: [{name: fleet, port: 80}]
              - backendRefs: [{name: server, port: 80}]
            """);
        await Eventually.TrueAsync(() => MeshFixture.Body("client", "http://server.e2e.svc.cluster.local/", "x-version: fleet") == "one of many", "an answer of the other Service", 60);
        Assert.Equal("hello from the server", MeshFixture.Body("client", "http://server.e2e.svc.cluster.local/"));
        Assert.Equal("hello from the server", MeshFixture.Body("client", "http://server.e2e.svc.cluster.local/", "x-version: other"));
    }

    [Fact]
    public async Task Egress_is_denied_but_for_what_a_route_allows()
    {
        // An address that no network of the cluster holds, and that leads to the server all the same, as that of a load balancer does.
        using var policies = new Policies("""
            apiVersion: v1
            kind: Service
            metadata: {name: outside, namespace: e2e}
            spec: {type: LoadBalancer, selector: {app: server}, ports: [{port: 80, targetPort: 8080}]}
            """);
        var service = JsonNode.Parse(Kubectl.Run("-n", MeshFixture.Namespace, "get", "service", "outside", "-o", "json"))!;
        service["status"] = new JsonObject { ["loadBalancer"] = new JsonObject { ["ingress"] = new JsonArray(new JsonObject { ["ip"] = Outside }) } };
        Kubectl.RunWith(service.ToJsonString(), "replace", "--raw", $"/api/v1/namespaces/{MeshFixture.Namespace}/services/outside/status", "-f", "-");
        await UntilAsync("client", $"http://{Outside}/", 200);

        policies.Add("""
            apiVersion: policy.linkerd.io/v1alpha1
            kind: EgressNetwork
            metadata: {name: internet, namespace: e2e}
            spec: {trafficPolicy: Deny}
            """);
        await UntilAsync("client", $"http://{Outside}/", 403);
        Assert.Equal(200, MeshFixture.Status("client", Fleet));

        policies.Add("""
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: one-page, namespace: e2e}
            spec:
              parentRefs: [{group: policy.linkerd.io, kind: EgressNetwork, name: internet, port: 80}]
              rules: [{matches: [{path: {type: Exact, value: /index.html}}]}]
            """);
        await UntilAsync("client", $"http://{Outside}/index.html", 200);
        Assert.Equal(403, MeshFixture.Status("client", $"http://{Outside}/"));

        Kubectl.Run("-n", MeshFixture.Namespace, "patch", "egressnetwork", "internet", "--type=merge", "-p", """{"spec":{"trafficPolicy":"Allow"}}""");
        await UntilAsync("client", $"http://{Outside}/", 200);
    }

    private static Task UntilAsync(string from, string url, int status) =>
        Eventually.TrueAsync(() => MeshFixture.Status(from, url) == status, $"{status} for {from} at {url}", 60);

    /// <summary>Objects that are gone when the test is over.</summary>
    private sealed class Policies : IDisposable
    {
        private string _applied = "";

        public Policies(string yaml) => Add(yaml);

        public void Add(string yaml)
        {
            _applied = _applied.Length == 0 ? yaml : $"{_applied}\n---\n{yaml}";
            Kubectl.Apply(yaml);
        }

        public void Remove() => Kubectl.Delete(_applied);

        public void Dispose() => Remove();
    }
}
