namespace Linkerd.Model;

/// <summary>How traffic to one destination is routed.</summary>
public sealed record ClientPolicy
{
    public required Meta Meta { get; init; }

    public ClientProtocol Protocol { get; init; }

    /// <summary>For <see cref="ClientProtocol.Detect"/>; 10 s by default.</summary>
    public TimeSpan DetectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For opaque, and for what detection finds to be neither version of HTTP.</summary>
    public IReadOnlyList<OpaqueRoute> OpaqueRoutes { get; init; } = [];

    /// <summary>For http1, and for what detection finds to be HTTP/1.</summary>
    public HttpPolicy? Http1 { get; init; }

    /// <summary>For http2, and for what detection finds to be HTTP/2.</summary>
    public HttpPolicy? Http2 { get; init; }

    public GrpcPolicy? Grpc { get; init; }

    /// <summary>For tls.</summary>
    public IReadOnlyList<TlsRoute> TlsRoutes { get; init; } = [];
}
