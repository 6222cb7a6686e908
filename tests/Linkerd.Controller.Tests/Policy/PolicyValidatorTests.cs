using System.Text.Json.Nodes;
using Linkerd.Components.Webhooks;
using Linkerd.Controller.Policy.Admission;
using Linkerd.Controller.Policy.Reading;
using static Linkerd.Controller.Tests.Policy.ResourceReaderTests;

namespace Linkerd.Controller.Tests.Policy;

/// <summary>What the admission webhook lets in and what it says of the rest.</summary>
public sealed class PolicyValidatorTests
{
    private readonly PolicyValidator _validator = new(new IdentityNames("linkerd", "cluster.local"));

    [Theory]
    [InlineData("policy.linkerd.io", "Server", "{podSelector: {}, port: 80}", "{podSelector: {}}", "spec.port: must not be empty")]
    [InlineData("policy.linkerd.io", "ServerAuthorization", "{server: {name: s}, client: {unauthenticated: true}}", "{server: {name: s}, client: {unauthenticated: true, meshTLS: {}}}", "must not have both unauthenticated and meshTLS")]
    [InlineData("policy.linkerd.io", "AuthorizationPolicy", "{targetRef: {kind: Namespace, name: app}, requiredAuthenticationRefs: []}", "{targetRef: {kind: Pod, name: p}, requiredAuthenticationRefs: []}", "spec.targetRef.kind: \"Pod\" is not supported")]
    [InlineData("policy.linkerd.io", "MeshTLSAuthentication", "{identities: ['*']}", "{identities: ['*'], identityRefs: []}", "must have either identities or identityRefs")]
    [InlineData("policy.linkerd.io", "NetworkAuthentication", "{networks: [{cidr: 10.0.0.0/8}]}", "{networks: [{cidr: ten}]}", "spec.networks[0].cidr: \"ten\" is no network")]
    [InlineData("policy.linkerd.io", "HTTPLocalRateLimitPolicy", "{targetRef: {group: policy.linkerd.io, kind: Server, name: s}, total: {requestsPerSecond: 9}}", "{targetRef: {group: policy.linkerd.io, kind: Server, name: s}, total: {requestsPerSecond: -1}}", "spec.total.requestsPerSecond: -1")]
    [InlineData("policy.linkerd.io", "EgressNetwork", "{trafficPolicy: Allow}", "{trafficPolicy: Maybe}", "spec.trafficPolicy: \"Maybe\" must be Allow or Deny")]
    [InlineData("policy.linkerd.io", "HTTPRoute", "{parentRefs: [{kind: Server, name: s}]}", "{parentRefs: [{kind: Server, name: s}], rules: [{matches: [{path: {type: Glob, value: /}}]}]}", "spec.rules[0].matches[0].path.type: \"Glob\" must be Exact, PathPrefix or RegularExpression")]
    [InlineData("gateway.networking.k8s.io", "HTTPRoute", "{parentRefs: [{kind: Service, group: core, name: s, port: 80}]}", "{parentRefs: [{kind: EgressNetwork, group: policy.linkerd.io, name: e}]}", "spec.parentRefs[0].port: is required for an EgressNetwork")]
    [InlineData("gateway.networking.k8s.io", "GRPCRoute", "{parentRefs: [{kind: Service, group: core, name: s}], rules: [{}]}", "{parentRefs: [{kind: Service, group: core, name: s}], rules: [{matches: [{method: {type: RegularExpression, service: a}}]}]}", "spec.rules[0].matches[0].method.type: \"RegularExpression\" is not supported: gRPC methods are matched exactly")]
    [InlineData("gateway.networking.k8s.io", "TLSRoute", "{parentRefs: [{kind: Service, group: core, name: s}], rules: [{}]}", "{parentRefs: [{kind: Service, group: core, name: s}], rules: [{}, {}]}", "spec.rules: [{},{}] must have exactly one rule")]
    [InlineData("gateway.networking.k8s.io", "TCPRoute", "{parentRefs: [{kind: Service, group: core, name: s}], rules: [{}]}", "{parentRefs: [{kind: Service, group: core, name: s}], rules: [{backendRefs: [{name: b, port: 80, weight: -1}]}]}", "spec.rules[0].backendRefs[0].weight: -1 must be a whole number from 0 to 1000000")]
    public void Every_kind_has_one_that_is_accepted_and_one_that_is_refused(string group, string kind, string good, string bad, string message)
    {
        Assert.Null(_validator.Validate(group, kind, Resource(good)));
        Assert.Contains(message, _validator.Validate(group, kind, Resource(bad)));
    }

    [Theory]
    [InlineData("timeout.linkerd.io/request", "soon", "is no duration")]
    [InlineData("retry.linkerd.io/http", "6xx", "is no list of statuses")]
    [InlineData("retry.linkerd.io/grpc", "often", "is no list of codes")]
    [InlineData("retry.linkerd.io/limit", "0", "must be a whole number from 1 to 65535")]
    public void Annotations_of_routes_to_services_are_checked(string key, string value, string message)
    {
        var route = Resource("{parentRefs: [{kind: Service, group: core, name: s}]}");
        route["metadata"]!["annotations"] = new JsonObject { [key] = value };
        Assert.Equal($"metadata.annotations.{key}: \"{value}\" {message}", _validator.Validate("gateway.networking.k8s.io", "HTTPRoute", route)![..$"metadata.annotations.{key}: \"{value}\" {message}".Length]);
    }

    [Fact]
    public void Routes_of_gateways_are_left_to_those_who_serve_them() =>
        Assert.Null(_validator.Validate("gateway.networking.k8s.io", "HTTPRoute", Resource("{parentRefs: [{name: gateway}], rules: [{filters: [{type: URLRewrite}]}]}")));

    [Fact]
    public void A_review_is_answered_in_its_version()
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "admission.k8s.io/v1",
            ["request"] = new JsonObject { ["uid"] = "1", ["operation"] = "CREATE", ["kind"] = new JsonObject { ["group"] = "policy.linkerd.io", ["kind"] = "Server" }, ["object"] = Resource("{port: 80}") },
        };
        var answer = ValidationReview.Answer(review, _validator.Validate);
        Assert.Equal("""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"1","allowed":false,"status":{"code":403,"message":"spec: {\u0022port\u0022:80} must have either podSelector or externalWorkloadSelector","status":"Failure"}}}""", answer.ToJsonString());
        review["request"]!["operation"] = "DELETE";
        Assert.True((bool)ValidationReview.Answer(review, _validator.Validate)["response"]!["allowed"]!);
        Assert.Throws<FormatException>(() => ValidationReview.Answer([], _validator.Validate));
    }
}
