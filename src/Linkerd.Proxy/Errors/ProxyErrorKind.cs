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
}
