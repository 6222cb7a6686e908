namespace Linkerd.Proxy.Errors;

/// <summary>The one table from cause to answer.</summary>
public static class ErrorTable
{
    private const int Unavailable = 14;
    private const int DeadlineExceeded = 4;
    private const int Internal = 13;

    private static readonly ErrorAnswer[] s_answers = Build();

    public static ErrorAnswer Of(ProxyErrorKind kind) => s_answers[(int)kind];

    /// <summary>The error's own answer, else that of its kind.</summary>
    public static ErrorAnswer Of(in ProxyError error) => error.Answer ?? Of(error.Kind);

    private static ErrorAnswer[] Build()
    {
        var table = new ErrorAnswer[(int)ProxyErrorKind.IdleTimeout + 1];
        Array.Fill(table, new ErrorAnswer(500, Internal, true, "unexpected", "unexpected error"));
        table[(int)ProxyErrorKind.Io] = new(502, Unavailable, true, "i/o", "connection closed before the response");
        table[(int)ProxyErrorKind.ConnectFailed] = new(502, Unavailable, true, "i/o", "connect failed");
        table[(int)ProxyErrorKind.IdentityRequired] = new(502, Unavailable, true, "identity required", "required identity not met");
        table[(int)ProxyErrorKind.FailFast] = new(504, DeadlineExceeded, true, "failfast", "no endpoint is ready: failing fast");
        table[(int)ProxyErrorKind.ProfileTimeout] = new(504, DeadlineExceeded, true, "response timeout", "HTTP response timeout");
        table[(int)ProxyErrorKind.ResponseTimeout] = new(504, DeadlineExceeded, false, "response timeout", "HTTP response timeout");
        table[(int)ProxyErrorKind.LoadShed] = new(503, Unavailable, true, "loadshed", "the proxy is overloaded");
        table[(int)ProxyErrorKind.Unauthorized] = new(403, 7, false, "unauthorized", "unauthorized request on route");
        table[(int)ProxyErrorKind.RateLimited] = new(429, 8, false, "local rate limit", "rate limit exceeded");
        table[(int)ProxyErrorKind.GatewayLoop] = new(508, 10, true, "gateway loop", "loop detected");
        table[(int)ProxyErrorKind.GatewayDomainInvalid] = new(404, 5, false, "gateway domain invalid", "gateway domain invalid");
        table[(int)ProxyErrorKind.RouteNotFound] = new(404, 5, false, "route not found", "no route found for request");
        table[(int)ProxyErrorKind.InvalidPolicy] = new(500, Internal, true, "invalid policy", "invalid server policy");
        table[(int)ProxyErrorKind.BadRequest] = new(400, Internal, true, "bad request", "bad request");
        table[(int)ProxyErrorKind.PeerReset] = new(502, Unavailable, false, "i/o", "stream reset by the server");
        table[(int)ProxyErrorKind.ResponseHeadersTimeout] = new(504, DeadlineExceeded, false, "response timeout", "HTTP response headers timeout");
        table[(int)ProxyErrorKind.RequestTimeout] = new(504, DeadlineExceeded, false, "response timeout", "HTTP request timeout");
        table[(int)ProxyErrorKind.IdleTimeout] = new(504, DeadlineExceeded, false, "response timeout", "HTTP stream idle timeout");
        return table;
    }
}
