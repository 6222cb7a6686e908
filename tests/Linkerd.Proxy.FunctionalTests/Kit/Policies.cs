using Google.Protobuf.WellKnownTypes;
using Linkerd.Api.HttpRoute;
using Linkerd.Api.Inbound;
using Linkerd.Api.Meta;
using Linkerd.Api.Net;
using In = Linkerd.Api.Inbound;
using Out = Linkerd.Api.Outbound;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>Policies as the policy controller words them.</summary>
internal static class Policies
{
    /// <summary>Everyone may, whatever they speak.</summary>
    public static Server AllUnauthenticated(TimeSpan? detection = null)
    {
        var server = Detect("all-unauthenticated", new Authn { Unauthenticated = new() });
        if (detection is { } timeout)
            server.Protocol.Detect.Timeout = Duration.FromTimeSpan(timeout);
        return server;
    }

    /// <summary>Only clients with an identity of the mesh.</summary>
    public static Server AllAuthenticated() => Detect("all-authenticated", new Authn { MeshTLS = new() { Identities = new() { Suffixes = { new IdentitySuffix() } } } });

    /// <summary>Everyone may, and it is logged.</summary>
    public static Server Audit() => Detect("audit", new Authn { Unauthenticated = new() });

    /// <summary>Only these clients.</summary>
    public static Server Only(params string[] identities)
        => Detect("only", new Authn { MeshTLS = new() { Identities = new() { Identities = { identities.Select(i => new Identity { Name = i }) } } } });

    /// <summary>Nobody.</summary>
    public static Server Deny() => Detect("deny", null);

    /// <summary>Nothing is detected.</summary>
    public static Server Opaque()
    {
        var server = AllUnauthenticated();
        server.Protocol = new In.ProxyProtocol { Opaque = new() };
        return server;
    }

    /// <summary>The policy of a plain Service: detect, one route for everything, one balancer.</summary>
    public static Out.OutboundPolicy Service(string name, string host, int port, bool opaque = false)
    {
        var meta = new Metadata { Resource = new Resource { Group = "core", Kind = "Service", Name = name, Namespace = "test", Port = (uint)port } };
        var backend = new Out.Backend
        {
            Metadata = meta,
            Balancer = new()
            {
                Discovery = new() { Dst = new() { Path = $"{host}:{port}" } },
                PeakEwma = new() { DefaultRtt = Milliseconds(30), Decay = Milliseconds(10_000) },
            },
            Queue = new Out.Queue { Capacity = 100, FailfastTimeout = Milliseconds(3_000) },
        };
        var opaqueRoutes = new Out.ProxyProtocol.Types.Opaque { Routes = { OpaqueRoute(meta, backend) } };
        return new Out.OutboundPolicy
        {
            Metadata = meta,
            Protocol = opaque
                ? new Out.ProxyProtocol { Opaque = opaqueRoutes }
                : new Out.ProxyProtocol
                {
                    Detect = new()
                    {
                        Timeout = Milliseconds(10_000),
                        Opaque = opaqueRoutes,
                        Http1 = new() { Routes = { HttpRoute(backend) } },
                        Http2 = new() { Routes = { HttpRoute(backend) } },
                    },
                },
        };
    }

    private static Server Detect(string name, Authn? authentication)
    {
        var meta = new Metadata { Default = name };
        var server = new Server
        {
            Protocol = new In.ProxyProtocol
            {
                Detect = new()
                {
                    Timeout = Milliseconds(10_000),
                    HttpRoutes = { new In.HttpRoute { Metadata = new Metadata { Default = "default" }, Rules = { new In.HttpRoute.Types.Rule { Matches = { Everything() } } } } },
                },
            },
            Labels = { ["group"] = "", ["kind"] = "default", ["name"] = name },
        };
        if (authentication is not null)
        {
            server.Authorizations.Add(new Authz
            {
                Networks =
                {
                    new Network { Net = new IPNetwork { Ip = new IPAddress { Ipv4 = 0 } } },
                    new Network { Net = new IPNetwork { Ip = new IPAddress { Ipv6 = new IPv6() } } },
                },
                Authentication = authentication,
                Labels = { ["group"] = "", ["kind"] = "default", ["name"] = name },
                Metadata = meta,
            });
        }

        return server;
    }

    private static Out.HttpRoute HttpRoute(Out.Backend backend) => new()
    {
        Metadata = new Metadata { Default = "http" },
        Rules =
        {
            new Out.HttpRoute.Types.Rule
            {
                Matches = { Everything() },
                Backends = new() { FirstAvailable = new() { Backends = { new Out.HttpRoute.Types.RouteBackend { Backend = backend } } } },
            },
        },
    };

    private static Out.OpaqueRoute OpaqueRoute(Metadata meta, Out.Backend backend) => new()
    {
        Metadata = meta,
        Rules =
        {
            new Out.OpaqueRoute.Types.Rule
            {
                Backends = new() { FirstAvailable = new() { Backends = { new Out.OpaqueRoute.Types.RouteBackend { Backend = backend } } } },
            },
        },
    };

    private static HttpRouteMatch Everything() => new() { Path = new PathMatch { Prefix = "/" } };

    private static Duration Milliseconds(long value) => Duration.FromTimeSpan(TimeSpan.FromMilliseconds(value));
}
