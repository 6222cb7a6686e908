using System.Net;
using Microsoft.AspNetCore.Http;

namespace Linkerd.Viz.Web.Access;

/// <summary>From where a request comes, for limits and the audit log.</summary>
internal sealed class ClientAddress(bool trustForwarded)
{
    /// <summary>
    /// The address of the connection or, where an ingress is trusted, the last one of <c>X-Forwarded-For</c>: those before it are what
    /// the client claims.
    /// </summary>
    public string Of(HttpContext http)
    {
        if (trustForwarded)
        {
            var forwarded = http.Request.Headers["X-Forwarded-For"].ToString();
            var last = forwarded[(forwarded.LastIndexOf(',') + 1)..].Trim();
            if (IPAddress.TryParse(last, out var address))
                return Text(address);
        }

        return http.Connection.RemoteIpAddress is { } remote ? Text(remote) : "unknown";
    }

    private static string Text(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
