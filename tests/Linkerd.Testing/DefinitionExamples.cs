namespace Linkerd.Testing;

/// <summary>For each version of each resource of the mesh an object that its definition accepts, and one that it refuses, with what is said about it.</summary>
public static class DefinitionExamples
{
    private const string Policy = "policy.linkerd.io/";
    private const string Gateway = "gateway.networking.k8s.io/";

    /// <summary>Version, kind, an accepted and a refused <c>spec</c> as YAML, and the refusal, in which no list has an index.</summary>
    public static IReadOnlyList<(string Version, string Kind, string Accepted, string Refused, string Message)> All { get; } =
    [
        (Policy + "v1beta3", "Server", "{port: 80, podSelector: {matchLabels: {a: b}}, accessPolicy: audit}", "{podSelector: {}}", "spec.port: Required value"),
        (Policy + "v1beta2", "Server", "{port: http, externalWorkloadSelector: {}}", "{port: 80, podSelector: [a]}", "spec.podSelector in body must be of type object: \"array\""),
        (Policy + "v1beta1", "Server", "{port: 80, podSelector: {}}", "{podSelector: {}}", "spec.port: Required value"),
        (Policy + "v1beta1", "ServerAuthorization", "{server: {name: s}, client: {meshTLS: {identities: ['*']}}}", "{server: {name: s}}", "spec.client: Required value"),
        (Policy + "v1alpha1", "AuthorizationPolicy", "{targetRef: {group: policy.linkerd.io, kind: Server, name: s}, requiredAuthenticationRefs: []}", "{targetRef: {kind: Server, name: ''}, requiredAuthenticationRefs: []}", "spec.targetRef.name in body should be at least 1 chars long"),
        (Policy + "v1alpha1", "MeshTLSAuthentication", "{identities: ['*']}", "{identities: []}", "spec.identities in body should have at least 1 items"),
        (Policy + "v1alpha1", "NetworkAuthentication", "{networks: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}]}", "{networks: [{except: []}]}", "spec.networks.cidr: Required value"),
        (Policy + "v1alpha1", "EgressNetwork", "{trafficPolicy: Allow}", "{trafficPolicy: Maybe}", "spec.trafficPolicy: Unsupported value: \"Maybe\": supported values: \"Allow\", \"Deny\""),
        (Policy + "v1alpha1", "HTTPLocalRateLimitPolicy", "{targetRef: {group: policy.linkerd.io, kind: Server, name: s}, total: {requestsPerSecond: 10}}", "{targetRef: {kind: Server, name: s}, total: {requestsPerSecond: many}}", "spec.total.requestsPerSecond in body must be of type integer: \"string\""),
        (Policy + "v1beta3", "HTTPRoute", "{parentRefs: [{name: s, kind: Server}], rules: [{matches: [{path: {value: /a}}], timeouts: {request: 10s}}]}", "{rules: [{filters: [{type: URLRewrite}]}]}", "spec.rules.filters.type: Unsupported value: \"URLRewrite\": supported values: \"RequestHeaderModifier\", \"RequestRedirect\""),
        ("workload.linkerd.io/v1beta1", "ExternalWorkload", "{meshTLS: {identity: 'spiffe://a/b', serverName: b}, workloadIPs: [{ip: 192.0.2.1}]}", "{meshTLS: {identity: a}}", "spec.meshTLS.serverName: Required value"),
        ("linkerd.io/v1alpha2", "ServiceProfile", "{routes: [{name: a, condition: {pathRegex: /a, all: [{method: GET}]}, isRetryable: true, timeout: 1s}], dstOverrides: [{authority: a, weight: 500m}]}", "{routes: [{condition: {}}]}", "spec.routes.name: Required value"),
        (Gateway + "v1", "HTTPRoute", "{parentRefs: [{name: s, kind: Service, group: '', port: 80}], rules: [{backendRefs: [{name: b, port: 80, weight: 5}]}]}", "{rules: [{backendRefs: [{name: b, weight: -1}]}]}", "spec.rules.backendRefs.weight in body should be greater than or equal to 0"),
        (Gateway + "v1beta1", "HTTPRoute", "{hostnames: ['*.example.com']}", "{hostnames: ['not a host']}", "spec.hostnames in body should match"),
        (Gateway + "v1", "GRPCRoute", "{rules: [{matches: [{method: {service: a.B, method: C}}]}]}", "{rules: [{matches: [{method: {type: Sometimes}}]}]}", "spec.rules.matches.method.type: Unsupported value: \"Sometimes\": supported values: \"Exact\", \"RegularExpression\""),
        (Gateway + "v1alpha2", "TLSRoute", "{hostnames: [a.example], rules: [{backendRefs: [{name: b, port: 443}]}]}", "{rules: []}", "spec.rules in body should have at least 1 items"),
        (Gateway + "v1alpha2", "TCPRoute", "{rules: [{backendRefs: [{name: b, port: 443}]}]}", "{}", "spec.rules: Required value"),
    ];

    /// <summary>What the definitions accept and the webhooks of the control plane refuse, with what they say.</summary>
    public static IReadOnlyList<(string Version, string Kind, string Refused, string Message)> Webhooks { get; } =
    [
        (Policy + "v1beta3", "Server", "{port: 80, podSelector: {}, accessPolicy: sometimes}", "spec.accessPolicy: \"sometimes\" "),
        (Policy + "v1beta1", "ServerAuthorization", "{server: {}, client: {unauthenticated: true}}", "spec.server"),
        (Policy + "v1alpha1", "AuthorizationPolicy", "{targetRef: {kind: Deployment, group: apps, name: s}, requiredAuthenticationRefs: []}", "spec.targetRef"),
        (Policy + "v1alpha1", "MeshTLSAuthentication", "{identities: ['not*a name']}", "spec.identities[0]"),
        (Policy + "v1alpha1", "NetworkAuthentication", "{networks: [{cidr: 10.0.0.0/8, except: [11.0.0.0/16]}]}", "spec.networks[0].except[0]"),
        (Policy + "v1alpha1", "EgressNetwork", "{trafficPolicy: Allow, networks: [{cidr: 300.0.0.0/8}]}", "spec.networks[0].cidr"),
        (Policy + "v1alpha1", "HTTPLocalRateLimitPolicy", "{targetRef: {group: policy.linkerd.io, kind: Server, name: s}, total: {requestsPerSecond: 0}}", "spec.total.requestsPerSecond"),
        (Policy + "v1beta3", "HTTPRoute", "{parentRefs: [{name: s, kind: Service, group: core}], rules: [{timeouts: {request: 1s, backendRequest: 2s}}]}", "backendRequest"),
        ("linkerd.io/v1alpha2", "ServiceProfile", "{routes: [{name: a, condition: {pathRegex: /a}, timeout: soon}]}", "has a route with an invalid timeout"),
        (Gateway + "v1", "HTTPRoute", "{parentRefs: [{name: net, kind: EgressNetwork, group: policy.linkerd.io}]}", "spec.parentRefs[0].port: is required for an EgressNetwork"),
        (Gateway + "v1", "GRPCRoute", "{parentRefs: [{name: s, kind: Service, group: '', port: 80}], rules: [{matches: [{method: {type: RegularExpression, service: '('}}]}]}", "spec.rules[0].matches[0].method.type: \"RegularExpression\" is not supported: gRPC methods are matched exactly"),
        (Gateway + "v1alpha2", "TLSRoute", "{parentRefs: [{name: s, kind: Service, group: '', port: 80}], rules: [{backendRefs: [{name: b, port: 1}]}, {backendRefs: [{name: c, port: 1}]}]}", "spec.rules"),
        (Gateway + "v1alpha2", "TCPRoute", "{parentRefs: [{name: s, kind: Service, group: '', port: 80}], rules: [{backendRefs: [{name: b, port: 1}]}, {backendRefs: [{name: c, port: 1}]}]}", "spec.rules"),
    ];

    /// <summary>A manifest of an example. Its name also suits a kind whose objects are named like a Service.</summary>
    public static string Document(string version, string kind, string spec, string name) =>
        $"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}.default.svc.cluster.local, namespace: default}}\nspec: {spec}\n";

    /// <summary>A message without the indices of lists, which not every version of Kubernetes writes.</summary>
    public static string WithoutIndices(string message) => System.Text.RegularExpressions.Regex.Replace(message, @"\[[0-9]+\]", "");
}
