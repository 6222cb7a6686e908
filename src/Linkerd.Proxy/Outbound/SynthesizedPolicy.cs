using Linkerd.Model;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Discovery;

namespace Linkerd.Proxy.Outbound;

/// <summary>The policy of a destination for which the control plane has none: the profile's endpoint or service, else the plain address; nothing for a name that nobody knows.</summary>
internal static class SynthesizedPolicy
{
    public static ClientPolicy From(OutboundDestination target, Profile profile, ProxyConfig config)
    {
        if (BackendOf(target, profile, config) is not { } backend) return Nothing(config);
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
            OpaqueRoutes = [new OpaqueRoute { Meta = Meta.Default("default"), Backends = Distribution.To(backend with { Queue = config.Outbound.TcpQueue }) }],
        };
    }

    /// <summary>No route for anything.</summary>
    public static ClientPolicy Nothing(ProxyConfig config) => new() { Meta = Meta.Unknown, Protocol = ClientProtocol.Detect, DetectTimeout = config.Outbound.DetectTimeout };

    /// <summary>The one backend of a destination without policy; null for a name that nobody knows.</summary>
    public static Backend? BackendOf(OutboundDestination target, Profile profile, ProxyConfig config)
    {
        if (profile.Endpoint is { } endpoint)
            return new Backend { Meta = endpoint.Resource ?? Meta.Default("endpoint"), Forward = endpoint, Queue = config.Outbound.HttpQueue };
        if (profile.FullyQualifiedName.Length > 0)
        {
            return new Backend
            {
                Meta = profile.Parent ?? Meta.Default("service"),
                Balancer = new BalancerPolicy { Destination = $"{profile.FullyQualifiedName}:{target.Port}" },
                Queue = config.Outbound.HttpQueue,
            };
        }

        if (target.IsNamed) return null;
        return new Backend { Meta = Meta.Default("forward"), Forward = new Endpoint { Address = target.Address.ToIPEndPoint() }, Queue = config.Outbound.HttpQueue };
    }
}
