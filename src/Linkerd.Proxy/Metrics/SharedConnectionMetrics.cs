namespace Linkerd.Proxy.Metrics;

/// <summary>
/// The metrics of connections that have the same labels, made once and shared while one of them is open: labels are text, and would
/// be a third of what an idle connection holds. On one loop.
/// </summary>
/// <typeparam name="TKey">What the labels are made of.</typeparam>
/// <param name="make">Makes the metrics of a key.</param>
internal sealed class SharedConnectionMetrics<TKey>(Func<TKey, ConnectionMetrics> make)
    where TKey : notnull
{
    private const int Sweep = 1024;

    // Weak, because series that nobody holds are to go idle and be forgotten.
    private readonly Dictionary<TKey, WeakReference<ConnectionMetrics>> _known = [];
    private int _limit = Sweep;

    /// <summary>The metrics of a key.</summary>
    public ConnectionMetrics For(TKey key)
    {
        if (_known.TryGetValue(key, out WeakReference<ConnectionMetrics>? weak))
        {
            if (weak.TryGetTarget(out ConnectionMetrics? known)) return known;
            ConnectionMetrics again = make(key);
            weak.SetTarget(again);
            return again;
        }

        if (_known.Count >= _limit) RemoveDead();
        ConnectionMetrics made = make(key);
        _known.Add(key, new WeakReference<ConnectionMetrics>(made));
        return made;
    }

    private void RemoveDead()
    {
        foreach ((TKey key, WeakReference<ConnectionMetrics> weak) in _known)
        {
            if (!weak.TryGetTarget(out _)) _known.Remove(key);
        }

        _limit = Math.Max(Sweep, _known.Count * 2);
    }
}
