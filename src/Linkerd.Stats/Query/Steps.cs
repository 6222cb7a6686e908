namespace Linkerd.Stats.Query;

/// <summary>The moments at which a query is evaluated: <paramref name="Count"/> of them, <paramref name="StepMs"/> apart.</summary>
/// <param name="StartMs">The first, Unix milliseconds.</param>
/// <param name="StepMs">Distance; of no meaning for a single moment.</param>
/// <param name="Count">How many, at least one.</param>
public readonly record struct Steps(long StartMs, long StepMs, int Count)
{
    /// <summary>One moment.</summary>
    public static Steps At(long timeMs) => new(timeMs, 0, 1);

    /// <summary>The last moment.</summary>
    public long EndMs => this[Count - 1];

    /// <summary>The moment at an index.</summary>
    public long this[int index] => StartMs + (index * StepMs);
}
