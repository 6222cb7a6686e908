using System.Net;
using Google.Protobuf.WellKnownTypes;
using Linkerd.Api.HttpRoute;
using Linkerd.Api.HttpTypes;
using Linkerd.Api.Inbound;
using Linkerd.Controller.Common.Api;
using Linkerd.Controller.Policy.Core;
using Linkerd.Controller.Policy.Index;
using HttpMethod = Linkerd.Api.HttpTypes.HttpMethod;
using HttpRoute = Linkerd.Api.Inbound.HttpRoute;

namespace Linkerd.Controller.Policy.Serve;

/// <summary>Inbound policy as messages.</summary>
internal sealed class InboundMessages(PolicySettings settings)
{
    private static readonly TimeSpan s_detectTimeout = TimeSpan.FromSeconds(10);
    private static readonly System.Net.IPNetwork[] s_everywhere = [new(System.Net.IPAddress.Any, 0), new(System.Net.IPAddress.IPv6Any, 0)];

    public Server Server(InboundServer server)
    {
        var message = new Server { Protocol = Protocol(server) };
        foreach (var (key, value) in Labels(server.Policy.Name))
            message.Labels[key] = value;
        if (!server.Policy.Deny)
            message.Authorizations.Add(Authorization(server.Policy));
        return message;
    }

    private ProxyProtocol Protocol(InboundServer server)
    {
        if (server.Opaque)
            return new ProxyProtocol { Opaque = new ProxyProtocol.Types.Opaque() };
        var detect = new ProxyProtocol.Types.Detect { Timeout = Duration.FromTimeSpan(s_detectTimeout) };
        detect.HttpRoutes.Add(DefaultRoute());
        if (server.ProbePaths.Count > 0)
            detect.HttpRoutes.Add(ProbeRoute(server.ProbePaths));
        return new ProxyProtocol { Detect = detect };
    }

    /// <summary>Matches everything; the server's own authorizations apply.</summary>
    private static HttpRoute DefaultRoute() => new()
    {
        Metadata = Metadatas.Default("default"),
        Rules = { new HttpRoute.Types.Rule { Matches = { new HttpRouteMatch { Path = new PathMatch { Prefix = "/" } } } } },
    };

    /// <summary>The kubelet has no identity: its probes are let in wherever they come from.</summary>
    private HttpRoute ProbeRoute(IReadOnlyList<string> paths)
    {
        var rule = new HttpRoute.Types.Rule();
        foreach (var path in paths)
        {
            rule.Matches.Add(new HttpRouteMatch
            {
                Path = new PathMatch { Exact = path },
                Method = new HttpMethod { Registered = HttpMethod.Types.Registered.Get },
            });
        }

        return new HttpRoute
        {
            Metadata = Metadatas.Default("probe"),
            Authorizations = { Authorization("probe", settings.ProbeNetworks, Unauthenticated()) },
            Rules = { rule },
        };
    }

    private Authz Authorization(DefaultPolicy policy) =>
        Authorization(policy.Name, policy.ClusterOnly ? settings.ClusterNetworks : s_everywhere, policy.AuthenticatedOnly ? AnyIdentity() : Unauthenticated());

    private static Authz Authorization(string name, IReadOnlyList<System.Net.IPNetwork> networks, Authn authentication)
    {
        var authorization = new Authz { Authentication = authentication, Metadata = Metadatas.Default(name) };
        foreach (var network in networks)
            authorization.Networks.Add(new Network { Net = Addresses.ToMessage(network) });
        foreach (var (key, value) in Labels(name))
            authorization.Labels[key] = value;
        return authorization;
    }

    private static (string Key, string Value)[] Labels(string name) => [("group", ""), ("kind", "default"), ("name", name)];

    private static Authn Unauthenticated() => new() { Unauthenticated = new Authn.Types.PermitUnauthenticated() };

    /// <summary>A suffix without parts ends every identity.</summary>
    private static Authn AnyIdentity() => new()
    {
        MeshTLS = new Authn.Types.PermitMeshTLS
        {
            Identities = new Authn.Types.PermitMeshTLS.Types.PermitClientIdentities { Suffixes = { new IdentitySuffix() } },
        },
    };
}
