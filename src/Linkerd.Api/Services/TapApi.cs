namespace Linkerd.Api.Services;

/// <summary>Names on the wire of <c>io.linkerd.proxy.tap.Tap</c>: live requests of one proxy (served by every proxy, port 4190).</summary>
public static class TapApi
{
    /// <summary>The service's full name.</summary>
    public const string ServiceName = "io.linkerd.proxy.tap.Tap";

    /// <summary>The method <c>Observe</c>.</summary>
    public const string Observe = "Observe";

    /// <summary>The <c>:path</c> of <see cref="Observe"/>.</summary>
    public const string ObservePath = "/" + ServiceName + "/" + Observe;
}
