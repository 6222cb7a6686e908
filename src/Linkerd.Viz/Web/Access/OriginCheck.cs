using Microsoft.AspNetCore.Http;

namespace Linkerd.Viz.Web.Access;

/// <summary>
/// Whether a request that changes something, or opens a WebSocket, was sent by the dashboard's own page. Browsers apply no same-origin
/// policy to WebSockets, so the server must.
/// </summary>
internal sealed class OriginCheck(Uri? externalUrl)
{
    private readonly string? _external = externalUrl?.GetLeftPart(UriPartial.Authority);

    /// <summary>
    /// True when the browser says that the request is of the same origin, when <c>Origin</c> names the host that was asked for or the
    /// external address, and when neither header is there: that is no browser, or an ingress that took them away.
    /// </summary>
    public bool Allows(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        // Scripts cannot set this header; an ingress that rewrites Host leaves it as it is.
        if (site == "same-origin")
            return true;
        if (site is "cross-site" or "same-site")
            return false;
        var origin = request.Headers.Origin;
        if (origin.Count == 0 || (origin.Count == 1 && origin[0] is null or ""))
            return true;
        return origin.Count == 1 && Uri.TryCreate(origin[0], UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && (string.Equals(HostOf(uri), Trimmed(request.Host.Value ?? "", uri.Scheme), StringComparison.OrdinalIgnoreCase)
                || string.Equals(uri.GetLeftPart(UriPartial.Authority), _external, StringComparison.OrdinalIgnoreCase));
    }

    private static string HostOf(Uri origin) => origin.IsDefaultPort ? Bracketed(origin) : $"{Bracketed(origin)}:{origin.Port}";

    private static string Bracketed(Uri origin) => origin.HostNameType == UriHostNameType.IPv6 ? origin.Host : origin.IdnHost;

    // "example.com:443" under https is the origin "https://example.com".
    private static string Trimmed(string host, string scheme)
    {
        var suffix = scheme == "https" ? ":443" : ":80";
        return host.EndsWith(suffix, StringComparison.Ordinal) ? host[..^suffix.Length] : host;
    }
}
