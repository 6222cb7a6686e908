using Linkerd.Http;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Detect;

namespace Linkerd.Proxy.Stack;

/// <summary>Makes the options of HTTP servers from configuration.</summary>
internal static class HttpOptions
{
    public static HttpServerOptions Server(Direction direction, SideConfig side, DetectedProtocol protocol)
    {
        Http2ServerConfig config = side.Http2;
        Http2Limits defaults = Http2Limits.Default;
        return new HttpServerOptions
        {
            Direction = direction,
            Protocol = protocol == DetectedProtocol.Http2 ? HttpProtocol.Http2 : HttpProtocol.Http11,
            KeepAliveInterval = config.KeepAliveInterval,
            KeepAliveTimeout = config.KeepAliveTimeout ?? TimeSpan.FromSeconds(3),
            Http1 = Http1Of(side),
            Http2 = new Http2Limits
            {
                MaxConcurrentStreams = config.MaxConcurrentStreams ?? defaults.MaxConcurrentStreams,
                MaxFrameSize = Math.Min(config.MaxFrameSize ?? defaults.MaxFrameSize, 32_768),
                MaxHeaderListSize = config.MaxHeaderListSize ?? defaults.MaxHeaderListSize,
                StreamWindow = config.StreamWindow ?? defaults.StreamWindow,
                ConnectionWindow = config.ConnectionWindow ?? defaults.ConnectionWindow,
                MaxResets = config.MaxPendingAcceptResetStreams ?? defaults.MaxResets,
                HeadTimeout = Millis(side.HttpTimeouts.Head),
                StallTimeout = Millis(side.HttpTimeouts.Stall),
            },
        };
    }

    /// <summary>What an HTTP/1 peer of the side may do.</summary>
    public static Http1Limits Http1Of(SideConfig side) => new()
    {
        HeadTimeout = Millis(side.HttpTimeouts.Head),
        BodyTimeout = Millis(side.HttpTimeouts.Body),
        StallTimeout = Millis(side.HttpTimeouts.Stall),
    };

    /// <summary>What an HTTP/2 server that the side connects to may do.</summary>
    public static Http2Limits Http2Of(SideConfig side) => new()
    {
        HeadTimeout = Millis(side.HttpTimeouts.Head),
        StallTimeout = Millis(side.HttpTimeouts.Stall),
    };

    private static int Millis(TimeSpan time) => (int)time.TotalMilliseconds;
}
