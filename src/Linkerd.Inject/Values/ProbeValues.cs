namespace Linkerd.Inject.Values;

/// <summary>Timing of a liveness or readiness probe, in seconds.</summary>
public sealed record ProbeValues
{
    /// <summary>Seconds before the first probe.</summary>
    public int InitialDelaySeconds { get; init; }

    /// <summary>Seconds until a probe counts as failed. Default 1.</summary>
    public int TimeoutSeconds { get; init; } = 1;
}
