using Linkerd.Model;
using Wire = Linkerd.Api.Outbound;

namespace Linkerd.Api.Mapping;

/// <summary>Outbound policies off the wire.</summary>
public static class ClientPolicies
{
    /// <summary>One message of OutboundPolicies.</summary>
    /// <exception cref="WireException">The policy makes no sense: nothing of it may be applied.</exception>
    public static ClientPolicy ToModel(Wire.OutboundPolicy outbound)
    {
        var policy = new ClientPolicy { Meta = Metas.ToModel(outbound.Metadata) };
        var protocol = outbound.Protocol;
        return protocol?.KindCase switch
        {
            Wire.ProxyProtocol.KindOneofCase.Detect => policy with
            {
                Protocol = ClientProtocol.Detect,
                DetectTimeout = Durations.ToModel(protocol.Detect.Timeout, "detect.timeout", policy.DetectTimeout),
                OpaqueRoutes = Opaque(protocol.Detect.Opaque?.Routes ?? []),
                Http1 = Http(protocol.Detect.Http1?.Routes ?? [], protocol.Detect.Http1?.FailureAccrual),
                Http2 = Http(protocol.Detect.Http2?.Routes ?? [], protocol.Detect.Http2?.FailureAccrual),
            },
            Wire.ProxyProtocol.KindOneofCase.Opaque => policy with { Protocol = ClientProtocol.Opaque, OpaqueRoutes = Opaque(protocol.Opaque.Routes) },
            Wire.ProxyProtocol.KindOneofCase.Http1 => policy with { Protocol = ClientProtocol.Http1, Http1 = Http(protocol.Http1.Routes, protocol.Http1.FailureAccrual) },
            Wire.ProxyProtocol.KindOneofCase.Http2 => policy with { Protocol = ClientProtocol.Http2, Http2 = Http(protocol.Http2.Routes, protocol.Http2.FailureAccrual) },
            Wire.ProxyProtocol.KindOneofCase.Grpc => policy with
            {
                Protocol = ClientProtocol.Grpc,
                Grpc = new GrpcPolicy([.. protocol.Grpc.Routes.Select(GrpcRoutes.ToModel)], Breakers.ToModel(protocol.Grpc.FailureAccrual)),
            },
            Wire.ProxyProtocol.KindOneofCase.Tls => policy with { Protocol = ClientProtocol.Tls, TlsRoutes = [.. protocol.Tls.Routes.Select(TcpRoutes.ToModel)] },
            _ => throw new WireException("protocol: none is set"),
        };
    }

    private static HttpPolicy Http(IEnumerable<Wire.HttpRoute> routes, Wire.FailureAccrual? accrual) => new([.. routes.Select(HttpRoutes.ToModel)], Breakers.ToModel(accrual));

    private static IReadOnlyList<Model.OpaqueRoute> Opaque(IEnumerable<Wire.OpaqueRoute> routes) => [.. routes.Select(TcpRoutes.ToModel)];
}
