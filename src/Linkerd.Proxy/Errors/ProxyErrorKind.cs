namespace Linkerd.Proxy.Errors;

/// <summary>Why the proxy itself answered a request.</summary>
public enum ProxyErrorKind : byte
{
    None,
    Unexpected,
    Io,
    ConnectFailed,
    IdentityRequired,
    FailFast,
    ProfileTimeout,
    ResponseTimeout,
    LoadShed,
    Unauthorized,
    RateLimited,
    GatewayLoop,
    GatewayDomainInvalid,
    RouteNotFound,
    InvalidPolicy,
    BadRequest,
    PeerReset,

    /// <summary>A filter of a route answers with a failure; <see cref="ProxyError.Answer"/> says which.</summary>
    InjectedFailure,

    /// <summary>A filter of a route redirects; <see cref="ProxyError.Answer"/> says where.</summary>
    Redirected,

    /// <summary>No response head came in the time that an attempt has.</summary>
    ResponseHeadersTimeout,

    /// <summary>The exchange did not end in the time that it has as a whole.</summary>
    RequestTimeout,

    /// <summary>Nothing moved for the time that policy allows.</summary>
    IdleTimeout,
}
