namespace Linkerd.Api.Services;

/// <summary>Names on the wire of <c>io.linkerd.proxy.inbound.InboundServerPolicies</c>: what a workload lets in (served by linkerd-policy, port 8090).</summary>
public static class InboundApi
{
    /// <summary>The service's full name.</summary>
    public const string ServiceName = "io.linkerd.proxy.inbound.InboundServerPolicies";

    /// <summary>The method <c>GetPort</c>.</summary>
    public const string GetPort = "GetPort";

    /// <summary>The <c>:path</c> of <see cref="GetPort"/>.</summary>
    public const string GetPortPath = "/" + ServiceName + "/" + GetPort;

    /// <summary>The method <c>WatchPort</c>.</summary>
    public const string WatchPort = "WatchPort";

    /// <summary>The <c>:path</c> of <see cref="WatchPort"/>.</summary>
    public const string WatchPortPath = "/" + ServiceName + "/" + WatchPort;
}
