namespace Linkerd.Api.Services;

/// <summary>Names on the wire of <c>io.linkerd.proxy.destination.Destination</c>: where endpoints are (served by linkerd-dst, port 8086).</summary>
public static class DestinationApi
{
    /// <summary>The service's full name.</summary>
    public const string ServiceName = "io.linkerd.proxy.destination.Destination";

    /// <summary>The method <c>Get</c>.</summary>
    public const string Get = "Get";

    /// <summary>The <c>:path</c> of <see cref="Get"/>.</summary>
    public const string GetPath = "/" + ServiceName + "/" + Get;

    /// <summary>The method <c>GetProfile</c>.</summary>
    public const string GetProfile = "GetProfile";

    /// <summary>The <c>:path</c> of <see cref="GetProfile"/>.</summary>
    public const string GetProfilePath = "/" + ServiceName + "/" + GetProfile;
}
