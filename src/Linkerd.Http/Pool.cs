namespace Linkerd.Http;

/// <summary>Objects kept for reuse, the one given back last first: it is still in the cache.</summary>
/// <typeparam name="T">What is kept.</typeparam>
/// <param name="limit">How many are kept at most.</param>
internal struct Pool<T>(int limit)
    where T : class
{
    // Wrapped, because storing a reference in an array of a class costs a check of its type.
    private Item[]? _items;
    private int _count;

    /// <summary>One that was given back, or null.</summary>
    public T? Take()
    {
        if (_count == 0) return null;
        Item[] items = _items!;
        int last = _count - 1;
        if ((uint)last >= (uint)items.Length) return null;
        _count = last;
        T? item = items[last].Value;
        items[last].Value = null;
        return item;
    }

    public void Give(T item)
    {
        Item[] items = _items ??= new Item[16];
        if (_count == items.Length)
        {
            if (_count >= limit) return;
            Array.Resize(ref _items, Math.Min(_count * 2, limit));
            items = _items;
        }

        items[_count++].Value = item;
    }

    /// <summary>Lets go of all.</summary>
    public void Clear()
    {
        _items = null;
        _count = 0;
    }

    private struct Item
    {
        public T? Value;
    }
}
