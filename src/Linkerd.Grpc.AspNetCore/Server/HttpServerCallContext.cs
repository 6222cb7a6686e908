using System.Net;
using System.Net.Sockets;
using Linkerd.Grpc.Protocol;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Grpc.AspNetCore;

/// <summary>The context of a call that came through Kestrel.</summary>
internal sealed class HttpServerCallContext(HttpContext http, TimeSpan? timeout, CancellationToken cancellationToken) : ServerCallContext
{
    private Metadata? _requestHeaders;

    public override string Method => http.Request.Path.Value ?? "";

    public override string Host => http.Request.Host.Value ?? "";

    public override string Peer => http.Connection.RemoteIpAddress is { } address
        ? $"{(address.AddressFamily == AddressFamily.InterNetworkV6 ? "ipv6" : "ipv4")}:{new IPEndPoint(address, http.Connection.RemotePort)}"
        : "unknown";

    public override TimeSpan? Timeout => timeout;

    public override Metadata RequestHeaders => _requestHeaders ??= HeaderMetadata.Read(http.Request.Headers.SelectMany(h => h.Value.Select(v => (h.Key, v ?? ""))));

    public override Metadata ResponseTrailers { get; } = [];

    public override CancellationToken CancellationToken => cancellationToken;

    public HttpContext HttpContext => http;

    public override async Task WriteResponseHeadersAsync(Metadata responseHeaders)
    {
        if (http.Response.HasStarted)
            throw new InvalidOperationException("the response has started: its headers are gone");
        foreach (var entry in responseHeaders)
            http.Response.Headers.Append(entry.Key, entry.ToHeaderValue());
        await http.Response.Body.FlushAsync(cancellationToken);
    }
}
