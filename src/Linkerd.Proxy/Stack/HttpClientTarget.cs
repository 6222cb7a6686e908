using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Connect;

namespace Linkerd.Proxy.Stack;

/// <summary>What a client of one endpoint needs to know.</summary>
public sealed record HttpClientTarget
{
    public required ConnectTarget Connect { get; init; }

    /// <summary>The side of the proxy that connects; null for its own calls.</summary>
    public Direction? Direction { get; init; }

    /// <summary>HTTP/2 when the endpoint can take it or the request came so; HTTP/1 else.</summary>
    public required HttpProtocol Protocol { get; init; }

    /// <summary>HTTP/1 requests travel as HTTP/2 with <c>l5d-orig-proto</c>.</summary>
    public bool UpgradesHttp1 { get; init; }

    /// <summary>Inbound: undo <c>l5d-orig-proto</c>, so that the application sees the version that the client spoke.</summary>
    public bool RestoresOriginalProtocol { get; init; }

    /// <summary>Replaces the request's authority; null keeps it.</summary>
    public string? AuthorityOverride { get; init; }

    public Http2Limits Http2 { get; init; } = Http2Limits.Default;

    public Http1Limits Http1 { get; init; } = Http1Limits.Default;

    /// <summary>HTTP/2 keep-alive; null for none.</summary>
    public TimeSpan? KeepAliveInterval { get; init; }

    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(3);

    public bool KeepAliveWhileIdle { get; init; }

    /// <summary>HTTP/1: connections kept idle at most. Default 10000.</summary>
    public int MaxIdleConnections { get; init; } = 10_000;

    /// <summary>HTTP/1: how long a connection is kept idle. Default 3 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(3);

    public required ExponentialBackoff Backoff { get; init; }

    /// <summary>
    /// Bounds the requests that wait for a connection; an HTTP/2 client with one tries again, with backoff, until their time is over. Null where a
    /// balancer queues them.
    /// </summary>
    public ConnectQueue? Queue { get; init; }
}
