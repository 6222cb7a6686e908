using Linkerd.Model;
using Linkerd.Proxy.Config;

namespace Linkerd.Proxy.Inbound;

/// <summary>The policy of a port until the control plane has told one: the default, made stricter on ports that require an identity or TLS.</summary>
public static class InboundDefaults
{
    public static ServerPolicy For(ProxyConfig config, int port)
    {
        ArgumentNullException.ThrowIfNull(config);
        InboundConfig inbound = config.Inbound;
        string name = inbound.DefaultPolicy;
        if (inbound.RequireIdentityPorts.Contains(port)) name = Strict(name, DefaultPolicy.AllAuthenticated, DefaultPolicy.ClusterAuthenticated);
        else if (inbound.RequireTlsPorts.Contains(port)) name = Strict(name, DefaultPolicy.AllTlsUnauthenticated, DefaultPolicy.ClusterTlsUnauthenticated);
        ServerPolicy policy = DefaultPolicy.Server(name, config.ClusterNetworks, inbound.DetectTimeout)
            ?? throw new ArgumentException($"'{name}' is no default policy: expected one of {string.Join(", ", DefaultPolicy.Names)}", nameof(config));
        return inbound.OpaquePorts.Contains(port) ? policy with { Protocol = ServerProtocol.Opaque } : policy;
    }

    private static string Strict(string name, string all, string cluster) => name switch
    {
        DefaultPolicy.AllUnauthenticated or DefaultPolicy.Audit => all,
        DefaultPolicy.ClusterUnauthenticated => cluster,
        _ => name,
    };
}
