namespace Linkerd.Api.Services;

/// <summary>Names on the wire of the SPIFFE Workload API, which a SPIRE agent serves on a unix socket.</summary>
public static class WorkloadApi
{
    /// <summary>The service's full name; it has no package.</summary>
    public const string ServiceName = "SpiffeWorkloadAPI";

    /// <summary>The method <c>FetchX509SVID</c>.</summary>
    public const string FetchX509Svid = "FetchX509SVID";

    /// <summary>The <c>:path</c> of <see cref="FetchX509Svid"/>.</summary>
    public const string FetchX509SvidPath = "/" + ServiceName + "/" + FetchX509Svid;

    /// <summary>Metadata that every call must carry, so that no web page can make one (SPIFFE Workload Endpoint, section 6).</summary>
    public const string SecurityHeader = "workload.spiffe.io";

    /// <summary>The value of <see cref="SecurityHeader"/>.</summary>
    public const string SecurityHeaderValue = "true";
}
