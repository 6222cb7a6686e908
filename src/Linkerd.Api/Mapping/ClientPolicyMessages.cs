using Google.Protobuf.WellKnownTypes;
using Linkerd.Model;
using Wire = Linkerd.Api.Outbound;

namespace Linkerd.Api.Mapping;

/// <summary>Outbound policies onto the wire; <see cref="ClientPolicies"/> reads them back.</summary>
public static class ClientPolicyMessages
{
    /// <summary>One message of OutboundPolicies.</summary>
    public static Wire.OutboundPolicy ToWire(ClientPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new Wire.OutboundPolicy { Metadata = Metas.ToWire(policy.Meta), Protocol = Protocol(policy) };
    }

    private static Wire.ProxyProtocol Protocol(ClientPolicy policy) => policy.Protocol switch
    {
        ClientProtocol.Detect => new Wire.ProxyProtocol
        {
            Detect = new Wire.ProxyProtocol.Types.Detect
            {
                Timeout = Duration.FromTimeSpan(policy.DetectTimeout),
                Opaque = Opaque(policy),
                Http1 = Http1(policy.Http1),
                Http2 = Http2(policy.Http2),
            },
        },
        ClientProtocol.Opaque => new Wire.ProxyProtocol { Opaque = Opaque(policy) },
        ClientProtocol.Http1 => new Wire.ProxyProtocol { Http1 = Http1(policy.Http1) },
        ClientProtocol.Http2 => new Wire.ProxyProtocol { Http2 = Http2(policy.Http2) },
        ClientProtocol.Grpc => new Wire.ProxyProtocol
        {
            Grpc = new Wire.ProxyProtocol.Types.Grpc
            {
                Routes = { (policy.Grpc?.Routes ?? []).Select(OutboundRouteMessages.Grpc) },
                FailureAccrual = BackendMessages.ToWire(policy.Grpc?.FailureAccrual),
            },
        },
        ClientProtocol.Tls => new Wire.ProxyProtocol { Tls = new Wire.ProxyProtocol.Types.Tls { Routes = { policy.TlsRoutes.Select(TcpRouteMessages.Tls) } } },
        _ => throw new ArgumentOutOfRangeException(nameof(policy), policy.Protocol, "no such protocol"),
    };

    private static Wire.ProxyProtocol.Types.Opaque Opaque(ClientPolicy policy) => new() { Routes = { policy.OpaqueRoutes.Select(TcpRouteMessages.Opaque) } };

    private static Wire.ProxyProtocol.Types.Http1 Http1(HttpPolicy? policy) =>
        new() { Routes = { (policy?.Routes ?? []).Select(OutboundRouteMessages.Http) }, FailureAccrual = BackendMessages.ToWire(policy?.FailureAccrual) };

    private static Wire.ProxyProtocol.Types.Http2 Http2(HttpPolicy? policy) =>
        new() { Routes = { (policy?.Routes ?? []).Select(OutboundRouteMessages.Http) }, FailureAccrual = BackendMessages.ToWire(policy?.FailureAccrual) };
}
