using Linkerd.Model;

namespace Linkerd.Controller.Policy.Core;

/// <summary>Makes authorizations of AuthorizationPolicies and what they refer to.</summary>
internal static class AuthorizationCompiler
{
    private static readonly NetworkMatch[] s_everywhere = [new(new System.Net.IPNetwork(System.Net.IPAddress.Any, 0), []), new(new System.Net.IPNetwork(System.Net.IPAddress.IPv6Any, 0), [])];

    /// <summary>Every address there is.</summary>
    public static IReadOnlyList<NetworkMatch> Everywhere => s_everywhere;

    /// <summary>The authorization that a policy gives; null when something that it requires does not exist, since then nobody can satisfy it.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="networksOf">Networks of a NetworkAuthentication, or null.</param>
    /// <param name="identitiesOf">Identities of a MeshTLSAuthentication or ServiceAccount, or null.</param>
    public static Authorization? Compile(
        AuthorizationPolicy policy,
        Func<TargetRef, IReadOnlyList<NetworkMatch>?> networksOf,
        Func<TargetRef, IReadOnlyList<IdentityMatch>?> identitiesOf)
    {
        var networks = policy.Network is null ? s_everywhere : networksOf(policy.Network);
        IReadOnlyList<IdentityMatch>? identities = policy.Tls is null ? [] : identitiesOf(policy.Tls);
        return networks is null || identities is null ? null : new Authorization
        {
            Networks = networks,
            Authentication = policy.Tls is null ? ClientAuthentication.Unauthenticated : ClientAuthentication.Identities,
            Identities = identities,
            Meta = new Meta(TargetRef.PolicyGroup, "authorizationpolicy", policy.Name.Name) { Namespace = policy.Name.Namespace },
        };
    }
}
