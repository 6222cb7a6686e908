namespace Linkerd.Net;

/// <summary>A growing ring of deferred work.</summary>
internal struct DeferredQueue
{
    // Wrapped, because storing a reference in an array of interfaces costs a search for the type.
    private Item[]? _items;
    private int _head;

    public int Count { get; private set; }

    public void Add(IDeferred work)
    {
        Item[] items = _items ??= new Item[64];
        if (Count == items.Length) items = Grow();
        items[(_head + Count) & (items.Length - 1)].Work = work;
        Count++;
    }

    public IDeferred Take()
    {
        Item[] items = _items!;
        IDeferred work = items[_head].Work!;
        items[_head].Work = null;
        _head = (_head + 1) & (items.Length - 1);
        Count--;
        return work;
    }

    private Item[] Grow()
    {
        var larger = new Item[_items!.Length * 2];
        for (int i = 0; i < Count; i++) larger[i] = _items[(_head + i) & (_items.Length - 1)];
        _head = 0;
        return _items = larger;
    }

    private struct Item
    {
        public IDeferred? Work;
    }
}
