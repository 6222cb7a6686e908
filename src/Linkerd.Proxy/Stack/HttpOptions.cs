using Linkerd.Http;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Detect;

namespace Linkerd.Proxy.Stack;

/// <summary>Makes the options of HTTP servers from configuration.</summary>
internal static class HttpOptions
{
    public static HttpServerOptions Server(Direction direction, Http2ServerConfig config, DetectedProtocol protocol)
    {
        Http2Limits defaults = Http2Limits.Default;
        return new HttpServerOptions
        {
            Direction = direction,
            Protocol = protocol == DetectedProtocol.Http2 ? HttpProtocol.Http2 : HttpProtocol.Http11,
            KeepAliveInterval = config.KeepAliveInterval,
            KeepAliveTimeout = config.KeepAliveTimeout ?? TimeSpan.FromSeconds(3),
            Http2 = new Http2Limits
            {
                MaxConcurrentStreams = config.MaxConcurrentStreams ?? defaults.MaxConcurrentStreams,
                MaxFrameSize = Math.Min(config.MaxFrameSize ?? defaults.MaxFrameSize, 32_768),
                MaxHeaderListSize = config.MaxHeaderListSize ?? defaults.MaxHeaderListSize,
                StreamWindow = config.StreamWindow ?? defaults.StreamWindow,
                ConnectionWindow = config.ConnectionWindow ?? defaults.ConnectionWindow,
                MaxResets = config.MaxPendingAcceptResetStreams ?? defaults.MaxResets,
            },
        };
    }
}
