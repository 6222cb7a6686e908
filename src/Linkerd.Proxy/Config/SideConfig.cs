using Linkerd.Model;
using Linkerd.Net;

namespace Linkerd.Proxy.Config;

/// <summary>What both sides of the proxy have.</summary>
public abstract record SideConfig
{
    /// <summary>Of protocol detection. Default 10 s.</summary>
    public TimeSpan DetectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan ConnectTimeout { get; init; }

    public required ExponentialBackoff ConnectBackoff { get; init; }

    /// <summary>TCP options of accepted connections.</summary>
    public SocketOptions AcceptOptions { get; init; } = SocketOptions.Default;

    /// <summary>TCP options of opened connections.</summary>
    public SocketOptions ConnectOptions { get; init; } = SocketOptions.Default;

    /// <summary>Null leaves it to the system.</summary>
    public int? ListenBacklog { get; init; }

    /// <summary>Idle connections kept for one endpoint. Default 10000.</summary>
    public int MaxIdleConnections { get; init; } = 10_000;

    /// <summary>Requests in flight at most; beyond it they are shed. Default 100000.</summary>
    public int MaxInFlight { get; init; } = 100_000;

    /// <summary>How long an HTTP/1 connection is kept idle. Default 3 s.</summary>
    public TimeSpan PoolIdleTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long what was discovered is kept without use.</summary>
    public TimeSpan DiscoveryIdleTimeout { get; init; }

    public required QueuePolicy HttpQueue { get; init; }

    public Http2ServerConfig Http2 { get; init; } = new();

    public HttpTimeouts HttpTimeouts { get; init; } = HttpTimeouts.Default;
}
