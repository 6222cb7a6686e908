namespace Linkerd.Net;

/// <summary>A growing ring of deferred work.</summary>
internal struct DeferredQueue
{
    private IDeferred?[]? _items;
    private int _head;

    public int Count { get; private set; }

    public void Add(IDeferred work)
    {
        IDeferred?[] items = _items ??= new IDeferred?[64];
        if (Count == items.Length) items = Grow();
        items[(_head + Count) & (items.Length - 1)] = work;
        Count++;
    }

    public IDeferred Take()
    {
        IDeferred?[] items = _items!;
        IDeferred work = items[_head]!;
        items[_head] = null;
        _head = (_head + 1) & (items.Length - 1);
        Count--;
        return work;
    }

    private IDeferred?[] Grow()
    {
        var larger = new IDeferred?[_items!.Length * 2];
        for (int i = 0; i < Count; i++) larger[i] = _items[(_head + i) & (_items.Length - 1)];
        _head = 0;
        return _items = larger;
    }
}
