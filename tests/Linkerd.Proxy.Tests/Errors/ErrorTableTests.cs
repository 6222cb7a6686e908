using Linkerd.Proxy.Errors;

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
    public void Causes_become_the_answers_of_the_reference(ProxyErrorKind kind, int status, int grpc, bool closes)
    {
        ErrorAnswer answer = ErrorTable.Of(kind);
        Assert.Equal((status, grpc, closes), (answer.Status, answer.GrpcCode, answer.ClosesConnection));
    }
}
