using Linkerd.Model;
using Linkerd.Proxy.Detect;
using Linkerd.Routing;
using IPAddress = System.Net.IPAddress;

namespace Linkerd.Proxy.Authorize;

/// <summary>Decides whether the client of a connection may use a port or a route.</summary>
public static class Authorizer
{
    /// <summary>The authorization that lets the client in, by its resource; null when none does. The workload itself is always let in.</summary>
    public static Meta? Check(ServerPolicy policy, IReadOnlyList<Authorization> ofRoute, IPAddress client, ServerTls tls)
    {
        ArgumentNullException.ThrowIfNull(tls);
        return Permissions.Find(policy, ofRoute, client, tls.State == ServerTlsState.Established, tls.Client);
    }
}
