using Linkerd.Controller.Policy.Core;
using Linkerd.Kubernetes;

namespace Linkerd.Controller.Policy.Conditions;

/// <summary>The types whose status the policy controller writes.</summary>
internal static class StatusTypes
{
    public static GroupVersionResource RateLimits { get; } = new(TargetRef.PolicyGroup, "v1alpha1", "httplocalratelimitpolicies");

    public static GroupVersionResource EgressNetworks { get; } = new(TargetRef.PolicyGroup, "v1alpha1", "egressnetworks");

    /// <summary>The version that routes are followed and written in.</summary>
    public static GroupVersionResource Routes(RouteKind kind, string group) => (kind, group) switch
    {
        (RouteKind.Http, TargetRef.PolicyGroup) => new(group, "v1beta3", "httproutes"),
        (RouteKind.Http, _) => new(group, "v1", "httproutes"),
        (RouteKind.Grpc, _) => new(group, "v1", "grpcroutes"),
        (RouteKind.Tls, _) => new(group, "v1alpha2", "tlsroutes"),
        _ => new(group, "v1alpha2", "tcproutes"),
    };
}
