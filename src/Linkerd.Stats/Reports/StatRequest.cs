namespace Linkerd.Stats.Reports;

/// <summary>What <c>viz stat</c> is asked.</summary>
public sealed record StatRequest
{
    /// <summary>Whose statistics.</summary>
    public required ResourceRef Target { get; init; }

    /// <summary>Over which time; at least 15 s, default one minute.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Only traffic to this resource, as the target's proxies saw it go out.</summary>
    public ResourceRef? To { get; init; }

    /// <summary>Only traffic from this resource, as its proxies saw it go out.</summary>
    public ResourceRef? From { get; init; }

    /// <summary>Also rows without a meshed pod.</summary>
    public bool Unmeshed { get; init; }

    /// <summary>Only resources that match this label selector; empty for all.</summary>
    public string LabelSelector { get; init; } = "";

    /// <summary>Without metrics: the cluster's view alone.</summary>
    public bool SkipStats { get; init; }

    /// <summary>Without connections and bytes.</summary>
    public bool SkipTcp { get; init; }
}
