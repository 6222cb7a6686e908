using System.Net;
using Linkerd.Controller.Destination.Core;
using Linkerd.Controller.Policy.Core;
using Linkerd.Model;
using Endpoint = Linkerd.Model.Endpoint;

namespace Linkerd.Controller.Policy.Index;

/// <summary>How traffic to a target is routed, from the routes attached to it. Reads the tables of an index under the index's lock.</summary>
internal sealed class OutboundResolver(PolicySettings settings, PolicyTables tables)
{
    private static readonly RouteKind[] s_kinds = [RouteKind.Grpc, RouteKind.Http, RouteKind.Tls, RouteKind.Tcp];

    /// <summary>Says that there is no policy (any more).</summary>
    public static ClientPolicy None { get; } = new() { Meta = Meta.Unknown };

    /// <summary>The policy of a target as clients of one namespace are told it.</summary>
    public ClientPolicy Policy(OutboundTarget target, string clientNamespace) => target switch
    {
        OutboundTarget.ServicePort port => OfService(port, clientNamespace),
        OutboundTarget.UndeclaredPort port => new ClientPolicy
        {
            Meta = MetaOf(port.Service, port.Port),
            Protocol = ClientProtocol.Opaque,
            OpaqueRoutes = [new OpaqueRoute { Meta = Meta.Default("undefined-port"), Backends = Distribution.Empty, Filters = [new RouteFilter.Forbidden()] }],
        },
        OutboundTarget.Egress egress => OfEgress(egress, clientNamespace),
        OutboundTarget.Outside outside => OfOutside(outside),
        _ => None,
    };

    /// <summary>Routes of a kind that clients of a namespace are told of: those of the parent's own namespace, and the client's.</summary>
    private List<PolicyRoute> Attached(RouteKind kind, Func<RouteParent, bool> isParent, string parentNamespace, string clientNamespace) =>
        [.. tables.AllRoutes(kind).Where(r => (r.Name.Namespace == parentNamespace || r.Name.Namespace == clientNamespace) && r.Parents.Any(isParent))];

    private ClientPolicy OfService(OutboundTarget.ServicePort port, string clientNamespace)
    {
        bool IsParent(RouteParent parent) => parent.IsService && parent.Target.Namespace == port.Service.Namespace && parent.Target.Name == port.Service.Name && (parent.Port is null || parent.Port == port.Port);
        var routes = s_kinds.ToDictionary(static k => k, k => Attached(k, IsParent, port.Service.Namespace, clientNamespace));
        var policy = new ClientPolicy { Meta = MetaOf(port.Service, port.Port) };
        var rules = new OutboundRules(settings, tables, port.Settings, BackendOf(port.Service, port.Port, port.Settings.Penalty), null);
        return port.Protocol switch
        {
            ServiceProtocol.Opaque => Opaque(policy, rules, routes),
            ServiceProtocol.Http1 => policy with { Protocol = ClientProtocol.Http1, Http1 = rules.Http(routes[RouteKind.Http], rules.HttpDefault("http")) },
            ServiceProtocol.Http2 when routes[RouteKind.Grpc].Count > 0 => Grpc(policy, rules, routes, null),
            ServiceProtocol.Http2 => policy with { Protocol = ClientProtocol.Http2, Http2 = rules.Http(routes[RouteKind.Http], rules.HttpDefault("http")) },
            _ => ByRoutes(policy, rules, routes),
        };
    }

    private static ClientPolicy ByRoutes(ClientPolicy policy, OutboundRules rules, Dictionary<RouteKind, List<PolicyRoute>> routes)
    {
        if (routes[RouteKind.Grpc].Count > 0)
            return Grpc(policy, rules, routes, null);
        if (routes[RouteKind.Http].Count == 0 && routes[RouteKind.Tls].Count > 0)
            return policy with { Protocol = ClientProtocol.Tls, TlsRoutes = rules.Tls(routes[RouteKind.Tls]) };
        if (routes[RouteKind.Http].Count == 0 && routes[RouteKind.Tcp].Count > 0)
            return Opaque(policy, rules, routes);
        var http = rules.Http(routes[RouteKind.Http], rules.HttpDefault("http"));
        return policy with { Protocol = ClientProtocol.Detect, Http1 = http, Http2 = http, OpaqueRoutes = [rules.OpaqueDefault("opaque")] };
    }

    private static ClientPolicy Opaque(ClientPolicy policy, OutboundRules rules, Dictionary<RouteKind, List<PolicyRoute>> routes) => policy with
    {
        Protocol = ClientProtocol.Opaque,
        OpaqueRoutes = routes[RouteKind.Tcp].Count > 0 ? rules.Tcp(routes[RouteKind.Tcp]) : [rules.OpaqueDefault("opaque")],
    };

    private static ClientPolicy Grpc(ClientPolicy policy, OutboundRules rules, Dictionary<RouteKind, List<PolicyRoute>> routes, OutboundGrpcRoute? last) =>
        policy with { Protocol = ClientProtocol.Grpc, Grpc = rules.Grpc(routes[RouteKind.Grpc], last) };

    private ClientPolicy OfEgress(OutboundTarget.Egress egress, string clientNamespace)
    {
        var network = egress.Network;
        bool IsParent(RouteParent parent) => parent.IsEgressNetwork && parent.Target.Namespace == network.Name.Namespace && parent.Target.Name == network.Name.Name && (parent.Port is null || parent.Port == egress.Port);
        var routes = s_kinds.ToDictionary(static k => k, k => Attached(k, IsParent, network.Name.Namespace, clientNamespace));
        var meta = new Meta(TargetRef.PolicyGroup, "EgressNetwork", network.Name.Name) { Namespace = network.Name.Namespace, Port = egress.Port };
        var policy = new ClientPolicy { Meta = meta };
        var rules = new OutboundRules(settings, tables, network.Settings, Forward(meta, egress.Ip, egress.Port), network);
        if (routes[RouteKind.Grpc].Count > 0)
            return Grpc(policy, rules, routes, rules.GrpcEgress());
        if (routes[RouteKind.Http].Count == 0 && routes[RouteKind.Tls].Count > 0)
            return policy with { Protocol = ClientProtocol.Tls, TlsRoutes = [.. rules.Tls(routes[RouteKind.Tls]), rules.TlsEgress()] };
        if (routes[RouteKind.Http].Count == 0 && routes[RouteKind.Tcp].Count > 0)
            return Opaque(policy, rules, routes);
        var http = rules.Http(routes[RouteKind.Http], rules.HttpEgress(), keepDefault: true);
        return policy with { Protocol = ClientProtocol.Detect, Http1 = http, Http2 = http, OpaqueRoutes = [rules.TcpEgress()] };
    }

    private ClientPolicy OfOutside(OutboundTarget.Outside outside)
    {
        var meta = Meta.Default("egress-fallback");
        var rules = new OutboundRules(settings, tables, ParentSettings.None, Forward(meta, outside.Ip, outside.Port), null);
        var http = rules.Http([], rules.HttpDefault(meta.Name));
        return new ClientPolicy { Meta = meta, Protocol = ClientProtocol.Detect, Http1 = http, Http2 = http, OpaqueRoutes = [rules.OpaqueDefault(meta.Name)] };
    }

    private Backend BackendOf(ServiceName service, int port, LoadPenalty? penalty) => OutboundRules.Balancer(settings, service, port, penalty);

    private static Meta MetaOf(ServiceName service, int port) => OutboundRules.MetaOf(service, port);

    private static Backend Forward(Meta meta, IPAddress ip, int port) => new() { Meta = meta, Forward = new Endpoint { Address = new IPEndPoint(ip, port), Weight = 1 } };
}
