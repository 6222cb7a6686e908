using Linkerd.Http;

namespace Linkerd.Proxy.Metrics;

/// <summary>The label <c>error</c> of an answer whose stream broke: <c>h2(REASON)</c> where the server gave one (RFC 9113 §7), else <c>unclassified</c>.</summary>
internal static class StreamErrors
{
    private static readonly string[] s_reset =
    [
        "h2(NO_ERROR)", "h2(PROTOCOL_ERROR)", "h2(INTERNAL_ERROR)", "h2(FLOW_CONTROL_ERROR)", "h2(SETTINGS_TIMEOUT)", "h2(STREAM_CLOSED)", "h2(FRAME_SIZE_ERROR)",
        "h2(REFUSED_STREAM)", "h2(CANCEL)", "h2(COMPRESSION_ERROR)", "h2(CONNECT_ERROR)", "h2(ENHANCE_YOUR_CALM)", "h2(INADEQUATE_SECURITY)", "h2(HTTP_1_1_REQUIRED)",
    ];

    /// <summary>Empty for none.</summary>
    public static string Of(in HttpFault fault) => fault.Origin switch
    {
        HttpFaultOrigin.None => string.Empty,
        HttpFaultOrigin.Peer or HttpFaultOrigin.Refused when (uint)fault.Code < (uint)s_reset.Length => s_reset[(int)fault.Code],
        _ => "unclassified",
    };
}
