namespace Linkerd.Stats.Store;

/// <summary>The bounds of a <see cref="SeriesStore"/>. What would go over a bound is dropped and counted, never kept.</summary>
public sealed record SeriesStoreOptions
{
    /// <summary>Scrapes that are packed together once they are complete. Default 30: five minutes at one every 10 s.</summary>
    public int BlockScrapes { get; init; } = 30;

    /// <summary>Packed blocks that are kept in full resolution. Default 6, which with the default block is 30 minutes.</summary>
    public int FineBlocks { get; init; } = 6;

    /// <summary>The resolution of what is older: the last sample of each such step is kept. Default one minute.</summary>
    public TimeSpan CoarseStep { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What is older than this is dropped. Default six hours.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Series kept per target. Default 5,000.</summary>
    public int SeriesPerTarget { get; init; } = 5_000;

    /// <summary>Targets kept; when there are more, one that was last scraped more than five minutes ago gives way. Default 1,000.</summary>
    public int Targets { get; init; } = 1_000;

    /// <summary>Metrics whose name this returns false for are not kept. Default: all are.</summary>
    public Func<string, bool> Keep { get; init; } = _ => true;
}
