namespace Linkerd.Api.Services;

/// <summary>Names on the wire of <c>io.linkerd.proxy.identity.Identity</c>: certificates for workloads (served by linkerd-identity, port 8080).</summary>
public static class IdentityApi
{
    /// <summary>The service's full name.</summary>
    public const string ServiceName = "io.linkerd.proxy.identity.Identity";

    /// <summary>The method <c>Certify</c>.</summary>
    public const string Certify = "Certify";

    /// <summary>The <c>:path</c> of <see cref="Certify"/>.</summary>
    public const string CertifyPath = "/" + ServiceName + "/" + Certify;
}
