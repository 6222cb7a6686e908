using System.Globalization;
using System.Text;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Errors;
using Linkerd.Routing;

namespace Linkerd.Proxy.Route;

/// <summary>
/// Answers with a redirect (Gateway API, HTTPRequestRedirectFilter). Parts that the filter does not name are those of the request; a redirect
/// that would lead to the same place is passed over.
/// </summary>
internal sealed class RedirectFilter(RouteFilter.Redirect redirect) : RequestFilter
{
    private const int NotFound = 5;
    private const int MovedPermanently = 301;

    public override bool TryPass(HeaderBlock request, RequestMatcher? matched, out ProxyError answer)
    {
        answer = default;
        string originalScheme = request.Scheme.IsEmpty ? "http" : Encoding.ASCII.GetString(request.Scheme);
        string authority = Encoding.ASCII.GetString(request.Authority);
        string target = Encoding.Latin1.GetString(request.Path);
        string scheme = redirect.Scheme ?? originalScheme;
        if (Authority(scheme, authority) is not { Length: > 0 } place)
        {
            answer = new ProxyError(ProxyErrorKind.InvalidPolicy, "invalid redirect: no authority to redirect to");
            return false;
        }

        if (Path(target, matched) is not { } path)
        {
            answer = new ProxyError(ProxyErrorKind.InvalidPolicy, "invalid redirect: redirects may only replace the path prefix when a path prefix match applied");
            return false;
        }

        string location = $"{scheme}://{place}{path}";
        if (location.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            answer = new ProxyError(ProxyErrorKind.InvalidPolicy, "invalid redirect: the location has a character that is not allowed in a URI");
            return false;
        }

        if (location == $"{originalScheme}://{authority}{target}") return true;
        var wire = new ErrorAnswer(redirect.Status ?? MovedPermanently, NotFound, false, "unexpected", $"request redirected to {location}") { Location = location };
        answer = new ProxyError(ProxyErrorKind.Redirected, wire.Text) { Answer = wire };
        return false;
    }

    private static bool IsDefaultPort(string scheme, int port) => (scheme, port) is ("http", 80) or ("https", 443);

    private static (string Host, int? Port) Split(string authority)
    {
        int colon = authority.LastIndexOf(':');
        if (colon < 0 || authority.IndexOf(']', colon) >= 0) return (authority, null);
        return int.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) ? (authority[..colon], port) : (authority, null);
    }

    private string Authority(string scheme, string authority)
    {
        (string host, int? port) = Split(authority);
        switch (redirect)
        {
            case { Host: { } named, Port: { } wanted }:
                return string.Create(CultureInfo.InvariantCulture, $"{named}:{wanted}");
            case { Host: { } named }:
                return port is { } kept && !IsDefaultPort(scheme, kept) ? string.Create(CultureInfo.InvariantCulture, $"{named}:{kept}") : named;
            case { Port: { } wanted }:
                return IsDefaultPort(scheme, wanted) ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{wanted}");
            default:
                return authority;
        }
    }

    private string? Path(string target, RequestMatcher? matched)
    {
        switch (redirect.Path)
        {
            case null:
                return target;
            case { Kind: TextMatchKind.Exact } full:
                return full.Text;
            default:
                if (matched?.PathPrefixLength is not { } length || length > target.Length) return null;
                string rest = target[length..];
                // The rest begins a segment, or the query; the replacement may bring its own slash.
                string prefix = redirect.Path.Text;
                if (rest.Length > 0 && rest[0] is not ('/' or '?') && !prefix.EndsWith('/')) prefix += "/";
                else if (rest.StartsWith('/') && prefix.EndsWith('/')) prefix = prefix[..^1];
                return prefix + rest;
        }
    }
}
