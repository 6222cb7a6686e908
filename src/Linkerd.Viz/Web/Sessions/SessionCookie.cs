using Microsoft.AspNetCore.Http;

namespace Linkerd.Viz.Web.Sessions;

/// <summary>
/// The cookies: never readable by scripts, never sent with requests of other sites and, over https, bound to this very host by the
/// prefix <c>__Host-</c>, so that no other host of the domain can plant one.
/// </summary>
internal static class SessionCookie
{
    private const string Name = "linkerd-session";
    private const string StateName = "linkerd-oidc";

    /// <summary>The session's id that the request carries, or null.</summary>
    public static string? Read(HttpRequest request, bool https) => request.Cookies[Prefixed(Name, https)];

    /// <summary>Sets the session.</summary>
    public static void Write(HttpResponse response, bool https, string id) =>
        response.Cookies.Append(Prefixed(Name, https), id, Options(https, SameSiteMode.Strict, null));

    /// <summary>Takes it away.</summary>
    public static void Delete(HttpResponse response, bool https) =>
        response.Cookies.Delete(Prefixed(Name, https), Options(https, SameSiteMode.Strict, null));

    /// <summary>What ties the answer of an OIDC provider to the browser that asked; the provider's redirect comes from another site, hence Lax.</summary>
    public static void WriteState(HttpResponse response, bool https, string binding) =>
        response.Cookies.Append(Prefixed(StateName, https), binding, Options(https, SameSiteMode.Lax, TimeSpan.FromMinutes(10)));

    /// <summary>Reads and takes away what <see cref="WriteState"/> set.</summary>
    public static string? TakeState(HttpContext http, bool https)
    {
        var value = http.Request.Cookies[Prefixed(StateName, https)];
        http.Response.Cookies.Delete(Prefixed(StateName, https), Options(https, SameSiteMode.Lax, null));
        return value;
    }

    private static string Prefixed(string name, bool https) => https ? "__Host-" + name : name;

    private static CookieOptions Options(bool https, SameSiteMode sameSite, TimeSpan? life) =>
        new() { HttpOnly = true, Secure = https, SameSite = sameSite, Path = "/", IsEssential = true, MaxAge = life };
}
