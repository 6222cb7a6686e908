namespace Linkerd.Proxy.Authorize;

/// <summary>Which limit refused; <c>ratelimit_scope</c>.</summary>
public enum RateLimitScope
{
    /// <summary>That of all clients together.</summary>
    Total,

    /// <summary>That of the client, be it an override or not.</summary>
    Identity,
}
