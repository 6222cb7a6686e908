using Linkerd.Http;

namespace Linkerd.Proxy.Stack;

/// <summary>How HTTP is served on a connection.</summary>
public sealed record HttpServerOptions
{
    public Direction Direction { get; init; }

    public HttpProtocol Protocol { get; init; } = HttpProtocol.Http11;

    public Http1Limits Http1 { get; init; } = Http1Limits.Default;

    public Http2Limits Http2 { get; init; } = Http2Limits.Default;

    /// <summary>HTTP/2 PING while streams are open; null for none.</summary>
    public TimeSpan? KeepAliveInterval { get; init; }

    /// <summary>How long an answer to a PING may take. Default 3 s.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Answers that the proxy makes carry <c>l5d-proxy-error</c>.</summary>
    public bool EmitHeaders { get; init; } = true;
}
