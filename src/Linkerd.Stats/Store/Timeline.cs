namespace Linkerd.Stats.Store;

/// <summary>When a target was scraped. All its series share these times, so that a sample needs none of its own.</summary>
internal sealed class Timeline(SeriesStoreOptions options)
{
    /// <summary>Samples of a coarse block before the next is begun.</summary>
    public const int CoarseBlockSamples = 60;

    private readonly long[] _open = new long[options.BlockScrapes];

    /// <summary>Times of the packed blocks in full resolution, oldest first.</summary>
    public List<long[]> Fine { get; } = [];

    /// <summary>Times of the packed blocks in coarse resolution, oldest first.</summary>
    public List<long[]> Coarse { get; } = [];

    /// <summary>Times of the coarse block that is being filled.</summary>
    public List<long> Filling { get; } = [];

    /// <summary>Scrapes in the open block.</summary>
    public int OpenCount { get; private set; }

    /// <summary>Time of the last scrape; 0 before the first.</summary>
    public long LastMs { get; private set; }

    /// <summary>Times of the open block.</summary>
    public ReadOnlySpan<long> Open => _open.AsSpan(0, OpenCount);

    /// <summary>Most samples that any window can hold.</summary>
    public int Capacity => OpenCount + (Fine.Count * options.BlockScrapes) + Filling.Count + Coarse.Sum(static c => c.Length);

    /// <summary>Adds a scrape; true when it filled the open block.</summary>
    public bool Add(long timeMs)
    {
        _open[OpenCount++] = timeMs;
        LastMs = timeMs;
        return OpenCount == _open.Length;
    }

    /// <summary>Makes the full open block the newest fine one.</summary>
    public void Seal()
    {
        Fine.Add(_open.ToArray());
        OpenCount = 0;
    }

    /// <summary>Takes the oldest fine block out; returns its ranges of scrapes that fall into one coarse step each.</summary>
    public (int From, int To)[] Coarsen()
    {
        var times = Fine[0];
        Fine.RemoveAt(0);
        var stepMs = Math.Max(1, (long)options.CoarseStep.TotalMilliseconds);
        var picked = new List<(int From, int To)>();
        for (var from = 0; from < times.Length;)
        {
            var to = from + 1;
            while (to < times.Length && times[to] / stepMs == times[from] / stepMs)
                to++;
            picked.Add((from, to));
            Filling.Add(times[to - 1]);
            from = to;
        }

        return [.. picked];
    }
}
