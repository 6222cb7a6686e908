namespace Linkerd.Stats.Scrape;

/// <summary>The pace and the bounds of a <see cref="Scraper"/>.</summary>
public sealed record ScraperOptions
{
    /// <summary>Time between two scrapes of a target. Default 10 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A target that does not answer within this time is stale. Default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A larger exposition counts as a failure. Default 16 MiB.</summary>
    public int MaxBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Scrapes under way at once. Default 16.</summary>
    public int Parallelism { get; init; } = 16;

    /// <summary>Targets whose last scrape is older are forgotten. Default six hours.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(6);
}
