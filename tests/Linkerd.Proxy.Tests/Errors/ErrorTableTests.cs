using Linkerd.Proxy.Errors;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Errors;

public sealed class ErrorTableTests
{
    [Theory]
    [InlineData(ProxyErrorKind.Unexpected, 500, 13, true)]
    [InlineData(ProxyErrorKind.IdentityRequired, 502, 14, true)]
    [InlineData(ProxyErrorKind.ConnectFailed, 502, 14, true)]
    [InlineData(ProxyErrorKind.FailFast, 504, 4, true)]
    [InlineData(ProxyErrorKind.ProfileTimeout, 504, 4, true)]
    [InlineData(ProxyErrorKind.ResponseTimeout, 504, 4, false)]
    [InlineData(ProxyErrorKind.LoadShed, 503, 14, true)]
    [InlineData(ProxyErrorKind.Unauthorized, 403, 7, false)]
    [InlineData(ProxyErrorKind.RateLimited, 429, 8, false)]
    [InlineData(ProxyErrorKind.GatewayLoop, 508, 10, true)]
    [InlineData(ProxyErrorKind.RouteNotFound, 404, 5, false)]
    [InlineData(ProxyErrorKind.GatewayDomainInvalid, 404, 5, false)]
    [InlineData(ProxyErrorKind.InvalidPolicy, 500, 13, true)]
    [Proves("6.8 unexpected", "6.8 dispatch", "6.8 failfast", "6.8 timeout", "6.8 loadshed", "6.8 unauthorised", "6.8 rate limit", "6.8 loop", "6.8 not found", "6.8 invalid policy")]
    public void Causes_become_the_answers_of_the_reference(ProxyErrorKind kind, int status, int grpc, bool closes)
    {
        ErrorAnswer answer = ErrorTable.Of(kind);
        Assert.Equal((status, grpc, closes), (answer.Status, answer.GrpcCode, answer.ClosesConnection));
    }
}
