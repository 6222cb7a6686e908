using Microsoft.AspNetCore.Http;

namespace Linkerd.Viz.Web.Access;

/// <summary>What every answer tells the browser: run only what this server sent, show it in no frame, keep its address to itself.</summary>
internal static class SecurityHeaders
{
    /// <summary>No inline script, no inline style sheet, no eval, nothing of other hosts.</summary>
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; " +
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Sets them; <paramref name="https"/> says how the browser reached us.</summary>
    public static void Apply(IHeaderDictionary headers, bool https)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        headers.CacheControl = "no-store";
        if (https)
            headers.StrictTransportSecurity = "max-age=31536000";
    }
}
