using Linkerd.Http;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Http;

/// <summary>
/// HTTP/1 between meshed proxies travels as HTTP/2: the outbound side says so in <c>l5d-orig-proto</c>, the inbound side restores the version for the
/// application, and the answer takes the same way back.
/// </summary>
internal static class OriginalProtocol
{
    public static void PrepareRequest(HeaderBlock head, HttpClientTarget target)
    {
        if (target.UpgradesHttp1 && head.Protocol != HttpProtocol.Http2)
        {
            head.Remove(KnownHeader.L5dOrigProto);
            head.Add(KnownHeader.L5dOrigProto, Name(head));
        }
        else if (target.RestoresOriginalProtocol && head.TryGet(KnownHeader.L5dOrigProto, out ReadOnlySpan<byte> original))
        {
            if (target.Protocol != HttpProtocol.Http2)
            {
                head.Protocol = original.StartsWith("HTTP/1.0"u8) ? HttpProtocol.Http10 : HttpProtocol.Http11;
                head.IsAbsoluteForm = original.EndsWith("; absolute-form"u8);
            }

            head.Remove(KnownHeader.L5dOrigProto);
        }

        if (target.Protocol == HttpProtocol.Http2 && head.Scheme.IsEmpty) head.SetScheme("http"u8);
    }

    public static void PrepareResponse(HeaderBlock response, HeaderBlock request, HttpClientTarget target)
    {
        if (target.UpgradesHttp1)
        {
            if (response.TryGet(KnownHeader.L5dOrigProto, out ReadOnlySpan<byte> original))
                response.Protocol = original.StartsWith("HTTP/1.0"u8) ? HttpProtocol.Http10 : HttpProtocol.Http11;
            response.Remove(KnownHeader.L5dOrigProto);
        }
        else if (target.RestoresOriginalProtocol && target.Protocol != HttpProtocol.Http2 && response.Protocol != HttpProtocol.Http2)
        {
            response.Remove(KnownHeader.L5dOrigProto);
            response.Add(KnownHeader.L5dOrigProto, response.Protocol == HttpProtocol.Http10 ? "HTTP/1.0"u8 : "HTTP/1.1"u8);
        }
    }

    private static ReadOnlySpan<byte> Name(HeaderBlock head) => (head.Protocol, head.IsAbsoluteForm) switch
    {
        (HttpProtocol.Http10, false) => "HTTP/1.0"u8,
        (HttpProtocol.Http10, true) => "HTTP/1.0; absolute-form"u8,
        (_, true) => "HTTP/1.1; absolute-form"u8,
        _ => "HTTP/1.1"u8,
    };
}
