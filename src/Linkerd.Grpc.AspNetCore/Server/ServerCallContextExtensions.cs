using Microsoft.AspNetCore.Http;

namespace Linkerd.Grpc.AspNetCore;

/// <summary>What lies under a call.</summary>
public static class ServerCallContextExtensions
{
    /// <summary>The HTTP request that carries the call.</summary>
    public static HttpContext GetHttpContext(this ServerCallContext context)
        => (context as HttpServerCallContext)?.HttpContext ?? throw new InvalidOperationException("the call did not come through ASP.NET Core");
}
