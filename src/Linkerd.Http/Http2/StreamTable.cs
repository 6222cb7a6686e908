namespace Linkerd.Http;

/// <summary>Streams by id: open addressing with linear probing. Ids of one side differ by two, so neighbours fill neighbouring slots.</summary>
internal sealed class StreamTable
{
    private Http2Stream?[] _slots = new Http2Stream?[16];

    // While every stream is in its own slot, one can be taken out without a look at its neighbours.
    private int _displaced;

    public int Count { get; private set; }

    public Http2Stream? Find(int id)
    {
        Http2Stream?[] slots = _slots;
        for (int i = Home(id, slots.Length); slots[i] is { } stream; i = (i + 1) & (slots.Length - 1))
        {
            if (stream.Id == id) return stream;
        }

        return null;
    }

    public void Add(Http2Stream stream)
    {
        if (Count * 2 >= _slots.Length) Grow();
        Place(stream);
        Count++;
    }

    public void Remove(Http2Stream stream)
    {
        Http2Stream?[] slots = _slots;
        int mask = slots.Length - 1;
        int home = Home(stream.Id, slots.Length);
        int hole = home;
        while (!ReferenceEquals(slots[hole], stream))
        {
            if (slots[hole] is null) return;
            hole = (hole + 1) & mask;
        }

        Count--;
        slots[hole] = null;
        if (hole != home) _displaced--;
        if (_displaced == 0) return;

        // Those behind that would no longer be found move up.
        for (int i = (hole + 1) & mask; slots[i] is { } next; i = (i + 1) & mask)
        {
            home = Home(next.Id, slots.Length);
            if (((i - home) & mask) < ((i - hole) & mask)) continue;
            if (hole == home) _displaced--;
            slots[hole] = next;
            slots[i] = null;
            hole = i;
        }
    }

    /// <summary>Any stream with an id above <paramref name="id"/>, or null.</summary>
    public Http2Stream? AnyAbove(int id)
    {
        if (Count == 0) return null;
        foreach (Http2Stream? stream in _slots)
        {
            if (stream is not null && stream.Id > id) return stream;
        }

        return null;
    }

    /// <summary>Adds <paramref name="delta"/> to every stream's send window; false when one overflows.</summary>
    public bool AdjustSendWindows(int delta)
    {
        foreach (Http2Stream? stream in _slots)
        {
            if (stream is null) continue;
            stream.SendWindow += delta;
            if (stream.SendWindow > int.MaxValue) return false;
        }

        return true;
    }

    /// <summary>The streams, by slot; null where there is none.</summary>
    public ReadOnlySpan<Http2Stream?> Slots => _slots;

    private static int Home(int id, int length) => (id >> 1) & (length - 1);

    private void Place(Http2Stream stream)
    {
        Http2Stream?[] slots = _slots;
        int home = Home(stream.Id, slots.Length);
        int i = home;
        while (slots[i] is not null) i = (i + 1) & (slots.Length - 1);
        slots[i] = stream;
        if (i != home) _displaced++;
    }

    private void Grow()
    {
        Http2Stream?[] smaller = _slots;
        _slots = new Http2Stream?[smaller.Length * 2];
        _displaced = 0;
        foreach (Http2Stream? stream in smaller)
        {
            if (stream is not null) Place(stream);
        }
    }
}
