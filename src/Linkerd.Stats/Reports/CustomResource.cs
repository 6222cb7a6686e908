using Linkerd.Kubernetes;

namespace Linkerd.Stats.Reports;

/// <summary>A custom resource that reports read, with the versions that it may be served in, preferred first.</summary>
/// <param name="Group">API group.</param>
/// <param name="Plural">Name in paths.</param>
/// <param name="Kind">Kind of the objects.</param>
/// <param name="Versions">Versions to try.</param>
public sealed record CustomResource(string Group, string Plural, string Kind, params string[] Versions)
{
    private const string Policy = "policy.linkerd.io";

    /// <summary>Servers.</summary>
    public static CustomResource Servers { get; } = new(Policy, "servers", "Server", "v1beta3", "v1beta2", "v1beta1");

    /// <summary>ServerAuthorizations.</summary>
    public static CustomResource ServerAuthorizations { get; } = new(Policy, "serverauthorizations", "ServerAuthorization", "v1beta1");

    /// <summary>AuthorizationPolicies.</summary>
    public static CustomResource AuthorizationPolicies { get; } = new(Policy, "authorizationpolicies", "AuthorizationPolicy", "v1alpha1");

    /// <summary>MeshTLSAuthentications.</summary>
    public static CustomResource MeshTlsAuthentications { get; } = new(Policy, "meshtlsauthentications", "MeshTLSAuthentication", "v1alpha1");

    /// <summary>NetworkAuthentications.</summary>
    public static CustomResource NetworkAuthentications { get; } = new(Policy, "networkauthentications", "NetworkAuthentication", "v1alpha1");

    /// <summary>HTTPRoutes of Linkerd's group.</summary>
    public static CustomResource PolicyHttpRoutes { get; } = new(Policy, "httproutes", "HTTPRoute", "v1beta3", "v1beta2", "v1beta1", "v1alpha1");

    /// <summary>HTTPRoutes of the Gateway API.</summary>
    public static CustomResource HttpRoutes { get; } = new("gateway.networking.k8s.io", "httproutes", "HTTPRoute", "v1", "v1beta1");

    /// <summary>ServiceProfiles.</summary>
    public static CustomResource ServiceProfiles { get; } = new("linkerd.io", "serviceprofiles", "ServiceProfile", "v1alpha2");

    /// <summary>SMI's TrafficSplits.</summary>
    public static CustomResource TrafficSplits { get; } = new("split.smi-spec.io", "trafficsplits", "TrafficSplit", "v1alpha2", "v1alpha1");

    /// <summary>The resource in one version.</summary>
    public GroupVersionResource In(string version) => new(Group, version, Plural);
}
