namespace Linkerd.Grpc.AspNetCore;

/// <summary>How a service is, with the numbers of <c>grpc.health.v1</c>.</summary>
public enum HealthStatus
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>It takes calls.</summary>
    Serving = 1,

    /// <summary>It does not take calls.</summary>
    NotServing = 2,

    /// <summary>There is no such service (only in answers of Watch).</summary>
    ServiceUnknown = 3,
}
