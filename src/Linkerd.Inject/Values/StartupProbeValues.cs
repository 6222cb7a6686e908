namespace Linkerd.Inject.Values;

/// <summary>Timing of the start-up probe of a native sidecar.</summary>
public sealed record StartupProbeValues
{
    /// <summary>Seconds before the first probe. Default 0.</summary>
    public int InitialDelaySeconds { get; init; }

    /// <summary>Seconds between probes. Default 1.</summary>
    public int PeriodSeconds { get; init; } = 1;

    /// <summary>Failures until the container is restarted. Default 120.</summary>
    public int FailureThreshold { get; init; } = 120;
}
