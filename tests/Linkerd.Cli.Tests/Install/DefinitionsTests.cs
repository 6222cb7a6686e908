using System.Text.Json.Nodes;
using Linkerd.Kubernetes;

namespace Linkerd.Cli.Tests.Install;

/// <summary>Each resource of the mesh: an object that its definition lets in, and one that it refuses with the field's name.</summary>
public sealed class DefinitionsTests(DefinitionsTests.Cluster cluster) : IClassFixture<DefinitionsTests.Cluster>
{
    private const string Policy = "policy.linkerd.io/";
    private const string Gateway = "gateway.networking.k8s.io/";

    public static TheoryData<string, string, string, string, string> Kinds() => new()
    {
        { Policy + "v1beta3", "Server", "{port: 80, podSelector: {matchLabels: {a: b}}, accessPolicy: audit}", "{podSelector: {}}", "spec.port" },
        { Policy + "v1beta2", "Server", "{port: http, externalWorkloadSelector: {}}", "{port: 80, podSelector: [a]}", "spec.podSelector" },
        { Policy + "v1beta1", "ServerAuthorization", "{server: {name: s}, client: {meshTLS: {identities: ['*']}}}", "{server: {name: s}}", "spec.client" },
        { Policy + "v1alpha1", "AuthorizationPolicy", "{targetRef: {group: policy.linkerd.io, kind: Server, name: s}, requiredAuthenticationRefs: []}", "{targetRef: {kind: Server, name: ''}, requiredAuthenticationRefs: []}", "spec.targetRef.name" },
        { Policy + "v1alpha1", "MeshTLSAuthentication", "{identities: ['*']}", "{identities: []}", "spec.identities" },
        { Policy + "v1alpha1", "NetworkAuthentication", "{networks: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]}", "{networks: [{except: []}]}", "spec.networks[0].cidr" },
        { Policy + "v1alpha1", "EgressNetwork", "{trafficPolicy: Allow}", "{trafficPolicy: Maybe}", "spec.trafficPolicy" },
        { Policy + "v1alpha1", "HTTPLocalRateLimitPolicy", "{targetRef: {group: policy.linkerd.io, kind: Server, name: s}, total: {requestsPerSecond: 10}}", "{targetRef: {kind: Server, name: s}, total: {requestsPerSecond: many}}", "spec.total.requestsPerSecond" },
        { Policy + "v1beta3", "HTTPRoute", "{parentRefs: [{name: s, kind: Server}], rules: [{matches: [{path: {value: /a}}], timeouts: {request: 10s}}]}", "{rules: [{filters: [{type: URLRewrite}]}]}", "spec.rules[0].filters[0].type" },
        { "workload.linkerd.io/v1beta1", "ExternalWorkload", "{meshTLS: {identity: 'spiffe://a/b', serverName: b}, workloadIPs: [{ip: 192.0.2.1}]}", "{meshTLS: {identity: a}}", "spec.meshTLS.serverName" },
        { "linkerd.io/v1alpha2", "ServiceProfile", "{routes: [{name: a, condition: {pathRegex: /a, all: [{method: GET}]}, isRetryable: true, timeout: 1s}], dstOverrides: [{authority: a, weight: 500m}]}", "{routes: [{condition: {}}]}", "spec.routes[0].name" },
        { Gateway + "v1", "HTTPRoute", "{parentRefs: [{name: s, kind: Service, group: '', port: 80}], rules: [{backendRefs: [{name: b, port: 80, weight: 5}]}]}", "{rules: [{backendRefs: [{name: b, weight: -1}]}]}", "spec.rules[0].backendRefs[0].weight" },
        { Gateway + "v1beta1", "HTTPRoute", "{hostnames: ['*.example.com']}", "{hostnames: ['not a host']}", "spec.hostnames[0]" },
        { Gateway + "v1", "GRPCRoute", "{rules: [{matches: [{method: {service: a.B, method: C}}]}]}", "{rules: [{matches: [{method: {type: Sometimes}}]}]}", "spec.rules[0].matches[0].method.type" },
        { Gateway + "v1alpha2", "TLSRoute", "{hostnames: [a.example], rules: [{backendRefs: [{name: b, port: 443}]}]}", "{rules: []}", "spec.rules" },
        { Gateway + "v1alpha2", "TCPRoute", "{rules: [{backendRefs: [{name: b, port: 443}]}]}", "{}", "spec.rules" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_definition_lets_in_and_refuses(string version, string kind, string accepted, string refused, string field)
    {
        await cluster.Server.ApplyAsync(Document(version, kind, accepted));
        var e = await Assert.ThrowsAsync<KubernetesException>(() => cluster.Server.ApplyAsync(Document(version, kind, refused)));
        Assert.Contains(field, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Defaults_are_filled_in()
    {
        await cluster.Server.ApplyAsync(Document(Gateway + "v1", "HTTPRoute", "{parentRefs: [{name: s}], rules: [{backendRefs: [{name: b}]}]}", "defaults"));
        var route = await cluster.Server.Client.Dynamic(new GroupVersionResource("gateway.networking.k8s.io", "v1", "httproutes"), "HTTPRoute", true, "default").GetAsync("defaults");
        Assert.Equal("gateway.networking.k8s.io", route["spec"]!["parentRefs"]![0]!["group"]!.GetValue<string>());
        Assert.Equal("PathPrefix", route["spec"]!["rules"]![0]!["matches"]![0]!["path"]!["type"]!.GetValue<string>());
        Assert.Equal(1, route["spec"]!["rules"]![0]!["backendRefs"]![0]!["weight"]!.GetValue<long>());
    }

    private static string Document(string version, string kind, string spec, string? name = null) =>
        $"{{apiVersion: {version}, kind: {kind}, metadata: {{name: {name ?? $"n{Guid.NewGuid():n}"}, namespace: default}}, spec: {spec}}}";

    /// <summary>A server with the definitions.</summary>
    public sealed class Cluster : IAsyncLifetime
    {
        internal EmbeddedServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Server = await EmbeddedServer.StartAsync();
            await Server.ApplyAsync((await Server.RunAsync(0, "install", "--crds")).Out);
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
