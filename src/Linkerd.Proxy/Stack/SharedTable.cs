namespace Linkerd.Proxy.Stack;

/// <summary>State that workers share, by key. It lives as long as somebody holds it. Asked when a snapshot is compiled, never for a request.</summary>
public sealed class SharedTable<TKey, TValue>
    where TKey : notnull
    where TValue : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, WeakReference<TValue>> _values = [];
    private int _sweepAt = 64;

    /// <summary>The value of a key, made when nobody holds one.</summary>
    public TValue Get(TKey key, Func<TKey, TValue> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        lock (_gate)
        {
            if (_values.TryGetValue(key, out WeakReference<TValue>? known) && known.TryGetTarget(out TValue? value)) return value;
            if (_values.Count >= _sweepAt) Sweep();
            TValue made = make(key);
            _values[key] = new WeakReference<TValue>(made);
            return made;
        }
    }

    private void Sweep()
    {
        foreach ((TKey key, WeakReference<TValue> value) in _values.ToArray())
        {
            if (!value.TryGetTarget(out _)) _values.Remove(key);
        }

        _sweepAt = Math.Max(64, _values.Count * 2);
    }
}
