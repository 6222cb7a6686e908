using System.Net;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Balance;
using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Outbound;

/// <summary>From what is known of an endpoint to how it is connected to.</summary>
internal static class EndpointTargets
{
    public static EndpointStack Http(OutboundStack stack, string? authority, Endpoint endpoint, HttpProtocol requested)
    {
        bool upgrades = endpoint.Hint == ProtocolHint.Http2 && requested != HttpProtocol.Http2 && !IPAddress.IsLoopback(endpoint.Address.Address);
        HttpProtocol protocol = upgrades ? HttpProtocol.Http2 : requested;
        var config = stack.Runtime.Config.Outbound;
        Http2ClientSettings? settings = endpoint.Http2;
        var target = new HttpClientTarget
        {
            Protocol = protocol,
            Direction = Direction.Outbound,
            Http1 = HttpOptions.Http1Of(config),
            Http2 = HttpOptions.Http2Of(config),
            UpgradesHttp1 = upgrades,
            AuthorityOverride = endpoint.AuthorityOverride,
            Backoff = config.ConnectBackoff,
            MaxIdleConnections = config.MaxIdleConnections,
            IdleTimeout = config.PoolIdleTimeout,
            KeepAliveInterval = settings?.KeepAliveInterval,
            KeepAliveTimeout = settings?.KeepAliveTimeout ?? TimeSpan.FromSeconds(3),
            KeepAliveWhileIdle = settings?.KeepAliveWhileIdle ?? false,
            Connect = Connect(stack, endpoint, protocol == HttpProtocol.Http2 ? SessionProtocol.Http2 : SessionProtocol.Http1),
        };
        Labels labels = Labels(stack, authority, endpoint);
        return new EndpointStack(
            target,
            stack.Services.HttpClients,
            new HttpEndpointMetrics(stack.Runtime.Metrics, labels, stack.Worker.Index),
            new ConnectionMetrics(stack.Runtime.Metrics, stack.Worker.Connections, labels.And("peer", "dst"), stack.Worker.Index));
    }

    /// <summary>Where to connect: the endpoint itself, or its proxy's port with a transport header.</summary>
    public static ConnectTarget Connect(OutboundStack stack, Endpoint endpoint, SessionProtocol protocol)
    {
        var config = stack.Runtime.Config.Outbound;
        SocketAddress address = SocketAddress.From(endpoint.Address);
        TlsTarget? tls = stack.Runtime.Config.Identity is null ? null : endpoint.Tls;
        TransportHeader? header = null;
        if (tls is not null && (endpoint.OpaqueTransportPort is not null || endpoint.AuthorityOverride is not null))
        {
            string? name = null;
            int port = endpoint.Address.Port;
            if (endpoint.AuthorityOverride is { } authority && HostPort.TryParse(authority, out HostPort next, port)) (name, port) = (next.Host, next.Port);
            header = new TransportHeader(port, name, endpoint.Hint == ProtocolHint.Opaque ? SessionProtocol.Opaque : protocol);
            if (endpoint.OpaqueTransportPort is { } proxy) address = address.WithPort(proxy);
        }

        return new ConnectTarget { Address = address, Tls = tls, Header = header, Timeout = config.ConnectTimeout, Options = config.ConnectOptions };
    }

    public static Labels Labels(OutboundStack stack, string? authority, Endpoint endpoint)
    {
        string reason = stack.Runtime.Config.Identity is null ? "disabled"
            : IPAddress.IsLoopback(endpoint.Address.Address) ? "loopback"
            : stack.Runtime.Config.Outbound.IngressMode && authority is null ? "ingress_without_override"
            : "not_provided_by_service_discovery";
        if (stack.Runtime.Config.Identity is null) endpoint = endpoint with { Tls = null };
        return ProxyLabels.Endpoint(authority, endpoint, SocketAddress.From(endpoint.Address), reason);
    }
}
