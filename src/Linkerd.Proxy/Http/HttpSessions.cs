using Linkerd.Http;

namespace Linkerd.Proxy.Http;

/// <summary>Makes the session for a version.</summary>
internal static class HttpSessions
{
    public static HttpSession Server(HttpProtocol protocol, HttpResources resources, Http1Limits http1, Http2Limits http2, IByteOutput output, IHttpSessionOwner owner, IHttpServer server)
        => protocol == HttpProtocol.Http2
            ? new Http2ServerSession(resources, http2, output, owner, server)
            : new Http1ServerSession(resources, http1, output, owner, server);

    public static HttpSession Client(HttpProtocol protocol, HttpResources resources, Http1Limits http1, Http2Limits http2, IByteOutput output, IHttpSessionOwner owner)
        => protocol == HttpProtocol.Http2
            ? new Http2ClientSession(resources, http2, output, owner)
            : new Http1ClientSession(resources, http1, output, owner);
}
