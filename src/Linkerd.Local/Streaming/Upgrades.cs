using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Linkerd.Local.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Linkerd.Local.Streaming;

/// <summary>Turns a request into a WebSocket or a SPDY transport.</summary>
internal static class Upgrades
{
    private const string WebSocketGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    public static bool IsWebSocket(HttpRequest request) => request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase);

    public static bool IsSpdy(HttpRequest request) => request.Headers.Upgrade.ToString().Equals("SPDY/3.1", StringComparison.OrdinalIgnoreCase);

    /// <summary>Accepts a WebSocket with the first of our protocols that the client offers; RFC 6455.</summary>
    public static async Task<(WebSocket Socket, string Protocol)> AcceptWebSocketAsync(HttpContext http, params string[] protocols)
    {
        var offered = http.Request.Headers.SecWebSocketProtocol.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var protocol = protocols.FirstOrDefault(offered.Contains);
        if (protocol is null && offered.Length > 0)
            throw ApiException.BadRequest($"unable to upgrade: none of the offered protocols [{string.Join(' ', offered)}] is supported: [{string.Join(' ', protocols)}]");
        var key = http.Request.Headers.SecWebSocketKey.ToString();
        if (key.Length == 0 || http.Request.Headers.SecWebSocketVersion != "13") throw ApiException.BadRequest("unable to upgrade: Sec-WebSocket-Key and Sec-WebSocket-Version: 13 are required");
        var upgrade = Feature(http);
        // The accept value of RFC 6455 is defined with SHA-1; nothing secret depends on it.
#pragma warning disable CA5350
        http.Response.Headers.SecWebSocketAccept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + WebSocketGuid)));
#pragma warning restore CA5350
        http.Response.Headers.Connection = "Upgrade";
        http.Response.Headers.Upgrade = "websocket";
        if (protocol is not null) http.Response.Headers.SecWebSocketProtocol = protocol;
        var stream = await upgrade.UpgradeAsync();
        return (WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = TimeSpan.FromSeconds(30) }), protocol ?? "");
    }

    /// <summary>Accepts SPDY/3.1 with the first of our stream protocols that the client offers.</summary>
    public static async Task<(Stream Transport, string Protocol)> AcceptSpdyAsync(HttpContext http, params string[] protocols)
    {
        var offered = http.Request.Headers["X-Stream-Protocol-Version"].SelectMany(v => (v ?? "").Split(',', StringSplitOptions.TrimEntries)).ToArray();
        var protocol = protocols.FirstOrDefault(offered.Contains);
        if (protocol is null) throw new ApiException(403, "Forbidden", $"unable to upgrade: unable to negotiate protocol: client supports [{string.Join(' ', offered)}], server accepts [{string.Join(' ', protocols)}]");
        var upgrade = Feature(http);
        http.Response.Headers.Connection = "Upgrade";
        http.Response.Headers.Upgrade = "SPDY/3.1";
        http.Response.Headers["X-Stream-Protocol-Version"] = protocol;
        return (await upgrade.UpgradeAsync(), protocol);
    }

    private static IHttpUpgradeFeature Feature(HttpContext http) =>
        http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } feature
            ? feature
            : throw ApiException.BadRequest("Upgrade request required");
}
