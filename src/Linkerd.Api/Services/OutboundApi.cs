namespace Linkerd.Api.Services;

/// <summary>Names on the wire of <c>io.linkerd.proxy.outbound.OutboundPolicies</c>: where a workload's traffic goes (served by linkerd-policy, port 8090).</summary>
public static class OutboundApi
{
    /// <summary>The service's full name.</summary>
    public const string ServiceName = "io.linkerd.proxy.outbound.OutboundPolicies";

    /// <summary>The method <c>Get</c>.</summary>
    public const string Get = "Get";

    /// <summary>The <c>:path</c> of <see cref="Get"/>.</summary>
    public const string GetPath = "/" + ServiceName + "/" + Get;

    /// <summary>The method <c>Watch</c>.</summary>
    public const string Watch = "Watch";

    /// <summary>The <c>:path</c> of <see cref="Watch"/>.</summary>
    public const string WatchPath = "/" + ServiceName + "/" + Watch;
}
