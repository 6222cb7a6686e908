using System.Net;

namespace Linkerd.Model;

/// <summary>The policy of one inbound port.</summary>
public sealed record ServerPolicy
{
    public ServerProtocol Protocol { get; init; }

    /// <summary>For <see cref="ServerProtocol.Detect"/>; 10 s by default.</summary>
    public TimeSpan DetectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public IReadOnlyList<IPAddress> ServerIps { get; init; } = [];

    public IReadOnlyList<Authorization> Authorizations { get; init; } = [];

    /// <summary>For detect, http1 and http2.</summary>
    public IReadOnlyList<InboundHttpRoute> HttpRoutes { get; init; } = [];

    /// <summary>For grpc.</summary>
    public IReadOnlyList<InboundGrpcRoute> GrpcRoutes { get; init; } = [];

    public LocalRateLimit? RateLimit { get; init; }

    /// <summary>Why the policy makes no sense; null when it does. Under one that does not, requests fail with 500 and TCP connections are closed.</summary>
    public string? Fault { get; init; }

    /// <summary>Shown as <c>srv_group</c>, <c>srv_kind</c>, <c>srv_name</c>.</summary>
    public required Meta Meta { get; init; }

    /// <summary>What stands in for a policy that makes no sense: it allows nobody.</summary>
    public static ServerPolicy Invalid(string reason, TimeSpan detectTimeout)
        => new() { Fault = reason, DetectTimeout = detectTimeout, Meta = Meta.Default("invalid") };
}
