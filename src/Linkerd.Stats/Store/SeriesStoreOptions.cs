namespace Linkerd.Stats.Store;

/// <summary>The bounds of a <see cref="SeriesStore"/>. What would go over a bound is dropped and counted, never kept.</summary>
public sealed record SeriesStoreOptions
{
    /// <summary>Scrapes kept per target; with one every 10 s the default of 180 is 30 minutes.</summary>
    public int Scrapes { get; init; } = 180;

    /// <summary>Series kept per target. Default 5,000.</summary>
    public int SeriesPerTarget { get; init; } = 5_000;

    /// <summary>Targets kept. Default 1,000.</summary>
    public int Targets { get; init; } = 1_000;

    /// <summary>Metrics whose name this returns false for are not kept. Default: all are.</summary>
    public Func<string, bool> Keep { get; init; } = _ => true;
}
