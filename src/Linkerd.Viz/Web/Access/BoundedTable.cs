using System.Diagnostics.CodeAnalysis;

namespace Linkerd.Viz.Web.Access;

/// <summary>A dictionary of at most <paramref name="capacity"/> entries: a new one takes the place of the one used least recently. Thread-safe.</summary>
internal sealed class BoundedTable<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _byKey = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _byUse = new();
    private readonly Lock _lock = new();

    /// <summary>How many entries there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _byKey.Count;
        }
    }

    /// <summary>Finds an entry and marks it as used.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_lock)
        {
            if (_byKey.TryGetValue(key, out var node))
            {
                Touch_NeedsLock(node);
                value = node.Value.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Sets an entry.</summary>
    public void Set(TKey key, TValue value)
    {
        lock (_lock)
            Set_NeedsLock(key, value);
    }

    /// <summary>Sets an entry unless there is one; false when there is.</summary>
    public bool TryAdd(TKey key, TValue value)
    {
        lock (_lock)
        {
            if (_byKey.ContainsKey(key))
                return false;
            Set_NeedsLock(key, value);
            return true;
        }
    }

    /// <summary>Changes an entry as one step; <paramref name="change"/> is given the old value, or default when there is none.</summary>
    public TValue Update(TKey key, Func<TValue?, TValue> change)
    {
        lock (_lock)
        {
            var value = change(_byKey.TryGetValue(key, out var node) ? node.Value.Value : default);
            Set_NeedsLock(key, value);
            return value;
        }
    }

    /// <summary>Takes an entry out; false when there was none.</summary>
    public bool TryRemove(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_lock)
        {
            if (_byKey.Remove(key, out var node))
            {
                _byUse.Remove(node);
                value = node.Value.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    private void Set_NeedsLock(TKey key, TValue value)
    {
        if (_byKey.TryGetValue(key, out var node))
        {
            node.Value = (key, value);
            Touch_NeedsLock(node);
            return;
        }

        if (_byKey.Count >= capacity && _byUse.First is { } oldest)
        {
            _byUse.RemoveFirst();
            _byKey.Remove(oldest.Value.Key);
        }

        _byKey[key] = _byUse.AddLast((key, value));
    }

    private void Touch_NeedsLock(LinkedListNode<(TKey Key, TValue Value)> node)
    {
        _byUse.Remove(node);
        _byUse.AddLast(node);
    }
}
