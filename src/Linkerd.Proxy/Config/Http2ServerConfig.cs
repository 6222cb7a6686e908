namespace Linkerd.Proxy.Config;

/// <summary>HTTP/2 parameters of a listening side; null means the built-in one.</summary>
public sealed record Http2ServerConfig
{
    public TimeSpan? KeepAliveInterval { get; init; }

    public TimeSpan? KeepAliveTimeout { get; init; }

    public int? MaxConcurrentStreams { get; init; }

    public int? MaxFrameSize { get; init; }

    public int? MaxHeaderListSize { get; init; }

    public int? MaxPendingAcceptResetStreams { get; init; }

    public int? StreamWindow { get; init; }

    public int? ConnectionWindow { get; init; }
}
