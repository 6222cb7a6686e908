using System.Net;
using Linkerd.Model;
using Linkerd.Proxy.Detect;

namespace Linkerd.Proxy.Authorize;

/// <summary>Decides whether a client may use a port or a route.</summary>
public static class Authorizer
{
    private static readonly Meta s_localhost = Meta.Default("localhost");

    /// <summary>The authorization that lets the client in, by its resource; null when none does. The workload itself is always let in.</summary>
    public static Meta? Check(ServerPolicy policy, IReadOnlyList<Authorization> ofRoute, IPAddress client, ServerTls tls)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(tls);
        return Find(ofRoute, client, tls) ?? Find(policy.Authorizations, client, tls) ?? (IsOwn(policy, client) ? s_localhost : null);
    }

    private static bool IsOwn(ServerPolicy policy, IPAddress client) => IPAddress.IsLoopback(client) || policy.ServerIps.Contains(client);

    private static Meta? Find(IReadOnlyList<Authorization> authorizations, IPAddress client, ServerTls tls)
    {
        foreach (Authorization authorization in authorizations)
        {
            if (Authenticates(authorization, tls) && authorization.Networks.Any(n => n.Contains(client))) return authorization.Meta;
        }

        return null;
    }

    private static bool Authenticates(Authorization authorization, ServerTls tls) => authorization.Authentication switch
    {
        ClientAuthentication.Unauthenticated => true,
        ClientAuthentication.TlsUnauthenticated => tls.State == ServerTlsState.Established,
        _ => tls is { State: ServerTlsState.Established, Client: { } identity } && authorization.Identities.Any(i => i.IsMatch(identity)),
    };
}
