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
}
