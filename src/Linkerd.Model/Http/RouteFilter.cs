namespace Linkerd.Model;

/// <summary>What a rule does to a request before it is sent, or instead of sending it.</summary>
public abstract record RouteFilter
{
    private RouteFilter()
    {
    }

    /// <summary>Answers a share of the requests with a status. A ratio of null means all.</summary>
    public sealed record HttpFailure(int Status, string Message, FailureRatio? Ratio) : RouteFilter;

    /// <summary>Answers a share of the calls with a gRPC code. A ratio of null means all.</summary>
    public sealed record GrpcFailure(int Code, string Message, FailureRatio? Ratio) : RouteFilter;

    /// <summary>Changes request headers.</summary>
    public sealed record RequestHeaders(HeaderChanges Changes) : RouteFilter;

    /// <summary>Changes response headers.</summary>
    public sealed record ResponseHeaders(HeaderChanges Changes) : RouteFilter;

    /// <summary>Answers with a redirect; null parts are kept from the request.</summary>
    public sealed record Redirect(string? Scheme, string? Host, TextMatch? Path, int? Port, int? Status) : RouteFilter;

    /// <summary>Refuses the connection (opaque and TLS routes).</summary>
    public sealed record Forbidden : RouteFilter;

    /// <summary>The route is not valid; traffic fails with the message.</summary>
    public sealed record Invalid(string Message) : RouteFilter;
}
