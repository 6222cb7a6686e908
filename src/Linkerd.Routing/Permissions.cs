using Linkerd.Model;
using IPAddress = System.Net.IPAddress;

namespace Linkerd.Routing;

/// <summary>Decides whether a client may use a port or a route.</summary>
public static class Permissions
{
    private static readonly Meta s_localhost = Meta.Default("localhost");

    /// <summary>The authorization that lets the client in, by its resource; null when none does. The workload itself is always let in.</summary>
    /// <param name="policy">The policy of the port.</param>
    /// <param name="ofRoute">Authorizations of the route, beside those of the port.</param>
    /// <param name="client">Where the client comes from.</param>
    /// <param name="isTls">Whether it speaks TLS of the mesh.</param>
    /// <param name="identity">Its identity; null without a certificate.</param>
    public static Meta? Find(ServerPolicy policy, IReadOnlyList<Authorization> ofRoute, IPAddress client, bool isTls, PeerIdentity? identity)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(ofRoute);
        return Find(ofRoute, client, isTls, identity) ?? Find(policy.Authorizations, client, isTls, identity) ?? (IsOwn(policy, client) ? s_localhost : null);
    }

    private static bool IsOwn(ServerPolicy policy, IPAddress client) => IPAddress.IsLoopback(client) || policy.ServerIps.Contains(client);

    private static Meta? Find(IReadOnlyList<Authorization> authorizations, IPAddress client, bool isTls, PeerIdentity? identity)
    {
        foreach (Authorization authorization in authorizations)
        {
            if (Authenticates(authorization, isTls, identity) && authorization.Networks.Any(n => n.Contains(client))) return authorization.Meta;
        }

        return null;
    }

    private static bool Authenticates(Authorization authorization, bool isTls, PeerIdentity? identity) => authorization.Authentication switch
    {
        ClientAuthentication.Unauthenticated => true,
        ClientAuthentication.TlsUnauthenticated => isTls,
        _ => isTls && identity is { } known && authorization.Identities.Any(i => i.IsMatch(known)),
    };
}
