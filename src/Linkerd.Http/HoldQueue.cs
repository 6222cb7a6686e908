namespace Linkerd.Http;

/// <summary>Body bytes held back, in pooled segments. Empty, it holds no memory.</summary>
internal struct HoldQueue
{
    private Segment? _head;
    private Segment? _tail;

    public long Length { get; private set; }

    /// <summary>The first bytes, contiguous.</summary>
    public readonly ReadOnlySpan<byte> First => _head is { } head ? head.Data.AsSpan(head.Start, head.End - head.Start) : default;

    public void Append(HttpResources resources, ReadOnlySpan<byte> data)
    {
        Length += data.Length;
        while (!data.IsEmpty)
        {
            if (_tail is not { } tail || tail.End == Segment.Size)
            {
                tail = resources.RentSegment();
                if (_tail is null) _head = tail;
                else _tail.Next = tail;
                _tail = tail;
            }

            int count = Math.Min(Segment.Size - tail.End, data.Length);
            data[..count].CopyTo(tail.Data.AsSpan(tail.End));
            tail.End += count;
            data = data[count..];
        }
    }

    public void Skip(HttpResources resources, int count)
    {
        Length -= count;
        Segment head = _head!;
        head.Start += count;
        if (head.Start < head.End) return;
        _head = head.Next;
        if (_head is null) _tail = null;
        resources.Return(head);
    }

    public void Clear(HttpResources resources)
    {
        while (_head is { } head)
        {
            _head = head.Next;
            resources.Return(head);
        }

        _tail = null;
        Length = 0;
    }
}
