namespace Linkerd.Model;

/// <summary>Requests per second that a port takes: in total, per client identity, and for named clients. Null means no limit.</summary>
public sealed record LocalRateLimit
{
    public required Meta Meta { get; init; }

    public uint? Total { get; init; }

    public uint? Identity { get; init; }

    public IReadOnlyList<RateLimitOverride> Overrides { get; init; } = [];
}
