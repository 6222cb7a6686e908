using Linkerd.Model;
using Linkerd.Proxy.Config;

namespace Linkerd.Proxy.Outbound;

/// <summary>The policy of a destination for which the control plane has none: the profile's endpoint or service, else the plain address.</summary>
internal static class SynthesizedPolicy
{
    public static ClientPolicy From(SocketAddress address, Profile profile, ProxyConfig config)
    {
        Backend backend = BackendOf(address, profile, config);
        Distribution to = Distribution.To(backend);
        var route = new OutboundHttpRoute { Meta = Meta.Default("default"), Rules = [new OutboundRule<HttpRouteMatch> { Backends = to }] };
        var http = new HttpPolicy([route], null);
        return new ClientPolicy
        {
            Meta = backend.Meta,
            Protocol = profile.OpaqueProtocol || profile.Endpoint is { Hint: ProtocolHint.Opaque } ? ClientProtocol.Opaque : ClientProtocol.Detect,
            DetectTimeout = config.Outbound.DetectTimeout,
            Http1 = http,
            Http2 = http,
            OpaqueRoutes = [new OpaqueRoute { Meta = Meta.Default("default"), Backends = to }],
        };
    }

    /// <summary>The one backend of a destination without policy.</summary>
    public static Backend BackendOf(SocketAddress address, Profile profile, ProxyConfig config)
    {
        if (profile.Endpoint is { } endpoint)
            return new Backend { Meta = endpoint.Resource ?? Meta.Default("endpoint"), Forward = endpoint, Queue = config.Outbound.HttpQueue };
        if (profile.FullyQualifiedName.Length > 0)
        {
            return new Backend
            {
                Meta = profile.Parent ?? Meta.Default("service"),
                Balancer = new BalancerPolicy { Destination = $"{profile.FullyQualifiedName}:{address.Port}" },
            };
        }

        return new Backend { Meta = Meta.Default("forward"), Forward = new Endpoint { Address = address.Unmap().ToIPEndPoint() }, Queue = config.Outbound.HttpQueue };
    }
}
