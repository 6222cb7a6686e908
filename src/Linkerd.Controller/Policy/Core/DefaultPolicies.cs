using Linkerd.Model;

namespace Linkerd.Controller.Policy.Core;

/// <summary>Relations between the policies that go by a name.</summary>
internal static class DefaultPolicies
{
    /// <summary>The policy that lets in the same clients, but only with an identity.</summary>
    public static string Authenticated(string name) => name switch
    {
        DefaultPolicy.AllUnauthenticated or DefaultPolicy.Audit => DefaultPolicy.AllAuthenticated,
        DefaultPolicy.ClusterUnauthenticated => DefaultPolicy.ClusterAuthenticated,
        _ => name,
    };

    /// <summary>The name if there is such a policy, else null.</summary>
    public static string? Known(string? name) => name is not null && DefaultPolicy.Names.Contains(name) ? name : null;
}
