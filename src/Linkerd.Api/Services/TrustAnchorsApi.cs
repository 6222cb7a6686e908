namespace Linkerd.Api.Services;

/// <summary>Names on the wire of <c>linkerdcs.identity.v1.TrustAnchors</c>: trust anchors by stream (served by linkerd-identity, port 8080).</summary>
public static class TrustAnchorsApi
{
    /// <summary>The service's full name.</summary>
    public const string ServiceName = "linkerdcs.identity.v1.TrustAnchors";

    /// <summary>The method <c>Watch</c>.</summary>
    public const string Watch = "Watch";

    /// <summary>The <c>:path</c> of <see cref="Watch"/>.</summary>
    public const string WatchPath = "/" + ServiceName + "/" + Watch;
}
