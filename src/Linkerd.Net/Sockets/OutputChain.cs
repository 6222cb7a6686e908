namespace Linkerd.Net;

/// <summary>Bytes waiting to be sent, in pooled buffers of one TLS record each (or larger when a caller asked for a larger span).</summary>
internal sealed class OutputChain(BufferPool pool)
{
    private LoopBuffer? _tail;

    public LoopBuffer? Head { get; private set; }

    public long Length { get; private set; }

    public Span<byte> GetSpan(int sizeHint)
    {
        int wanted = Math.Max(sizeHint, 1);
        if (_tail is not { } tail || tail.Length - tail.End < wanted) tail = Append(wanted);
        return tail.Span[tail.End..];
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (_tail is not { } tail || count > tail.Length - tail.End) throw new InvalidOperationException("advanced beyond the span");
        tail.End += count;
        Length += count;
    }

    public void Write(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            Span<byte> room = GetSpan(1);
            int count = Math.Min(room.Length, data.Length);
            data[..count].CopyTo(room);
            Advance(count);
            data = data[count..];
        }
    }

    /// <summary>Drops <paramref name="count"/> bytes from the front: they were sent.</summary>
    public void Consume(long count)
    {
        Length -= count;
        while (Head is { } head)
        {
            int used = head.Used;
            if (count < used)
            {
                head.Start += (int)count;
                return;
            }

            count -= used;
            Head = head.Next;
            if (Head is null) _tail = null;
            pool.Return(head);
        }
    }

    /// <summary>Lets go of a span that was asked for and will not be used.</summary>
    public void DropTail()
    {
        if (Length == 0) Clear();
    }

    public void Clear()
    {
        while (Head is { } head)
        {
            Head = head.Next;
            pool.Return(head);
        }

        _tail = null;
        Length = 0;
    }

    private LoopBuffer Append(int wanted)
    {
        if (wanted > LoopBuffer.LengthOf(BufferSize.Medium)) throw new ArgumentOutOfRangeException(nameof(wanted), wanted, "a span holds at most 64 KiB");
        LoopBuffer buffer = pool.Rent(wanted <= LoopBuffer.LengthOf(BufferSize.Small) ? BufferSize.Small : BufferSize.Medium);
        if (_tail is null) Head = buffer;
        else _tail.Next = buffer;
        return _tail = buffer;
    }
}
