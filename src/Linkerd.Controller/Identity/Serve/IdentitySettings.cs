namespace Linkerd.Controller.Identity.Serve;

/// <summary>What the flags say about issued certificates.</summary>
internal sealed record IdentitySettings
{
    /// <summary>Namespace of this control plane, part of every identity.</summary>
    public string ControllerNamespace { get; init; } = "linkerd";

    /// <summary>Trust domain of identities.</summary>
    public string TrustDomain { get; init; } = "cluster.local";

    /// <summary>How long a leaf is valid; default 24 h.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How much earlier and later it is valid besides; default 20 s.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(20);
}
