namespace Linkerd.Http;

/// <summary>Streams by id: open addressing with linear probing. Ids of one side differ by two, so neighbours fill neighbouring slots.</summary>
internal sealed class StreamTable
{
    private Http2Stream?[] _slots = new Http2Stream?[16];

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
        Place(_slots, stream);
        Count++;
    }

    public void Remove(Http2Stream stream)
    {
        Http2Stream?[] slots = _slots;
        int mask = slots.Length - 1;
        int hole = Home(stream.Id, slots.Length);
        while (!ReferenceEquals(slots[hole], stream))
        {
            if (slots[hole] is null) return;
            hole = (hole + 1) & mask;
        }

        Count--;
        slots[hole] = null;

        // Those behind that would no longer be found move up.
        for (int i = (hole + 1) & mask; slots[i] is { } next; i = (i + 1) & mask)
        {
            int home = Home(next.Id, slots.Length);
            if (((i - home) & mask) < ((i - hole) & mask)) continue;
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

    private static void Place(Http2Stream?[] slots, Http2Stream stream)
    {
        int i = Home(stream.Id, slots.Length);
        while (slots[i] is not null) i = (i + 1) & (slots.Length - 1);
        slots[i] = stream;
    }

    private void Grow()
    {
        var larger = new Http2Stream?[_slots.Length * 2];
        foreach (Http2Stream? stream in _slots)
        {
            if (stream is not null) Place(larger, stream);
        }

        _slots = larger;
    }
}
