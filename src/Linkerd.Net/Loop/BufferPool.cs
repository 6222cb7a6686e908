using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>
/// Buffers of one loop, by size. What was never needed between two trims is given back to the system, so an idle loop holds none.
/// </summary>
public sealed class BufferPool : IDisposable
{
    private const int MaxShells = 256;

    private readonly Shelf[] _shelves = [default, default, default];

    /// <summary>Bytes now rented out.</summary>
    public long RentedBytes { get; private set; }

    /// <summary>Bytes kept for reuse.</summary>
    public long FreeBytes { get; private set; }

    /// <summary>Something is there for <see cref="Trim"/> to give back, now or next time.</summary>
    public bool HasFree => FreeBytes > 0;

    /// <summary>Takes a buffer; its owner gives it back with <see cref="Return"/> exactly once.</summary>
    public LoopBuffer Rent(BufferSize size)
    {
        ref Shelf shelf = ref _shelves[(int)size];
        LoopBuffer? buffer = shelf.Head;
        if (buffer is null)
        {
            buffer = Make(ref shelf, size);
        }
        else
        {
            shelf.Head = buffer.Next;
            shelf.Count--;
            shelf.LowWater = Math.Min(shelf.LowWater, shelf.Count);
            FreeBytes -= buffer.Length;
        }

        buffer.Next = null;
        buffer.Start = buffer.End = 0;
        buffer.IsRented = true;
        RentedBytes += buffer.Length;
        return buffer;
    }

    public void Return(LoopBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        if (!buffer.IsRented) throw new InvalidOperationException("the buffer was returned twice");
        ref Shelf shelf = ref _shelves[(int)buffer.Size];
        buffer.IsRented = false;
        buffer.Next = shelf.Head;
        shelf.Head = buffer;
        shelf.Count++;
        RentedBytes -= buffer.Length;
        FreeBytes += buffer.Length;
    }

    /// <summary>Frees what stayed unused since the last call.</summary>
    public void Trim()
    {
        bool freed = false;
        for (int i = 0; i < _shelves.Length; i++)
        {
            ref Shelf shelf = ref _shelves[i];
            for (int surplus = shelf.LowWater; surplus > 0; surplus--)
            {
                FreeHead(ref shelf);
                freed = true;
            }

            shelf.LowWater = shelf.Count;
        }

        if (freed && !HasFree) ProcessLimits.ReleaseFreeMemory();
    }

    public void Dispose()
    {
        for (int i = 0; i < _shelves.Length; i++)
        {
            ref Shelf shelf = ref _shelves[i];
            while (shelf.Head is not null) FreeHead(ref shelf);
            shelf.LowWater = 0;
        }
    }

    // A buffer that was trimmed and is needed again would be garbage of the collector's each time: the object is kept, without its memory.
    private static LoopBuffer Make(ref Shelf shelf, BufferSize size)
    {
        if (shelf.Shells is not { } buffer) return new LoopBuffer(size);
        shelf.Shells = buffer.Next;
        shelf.ShellCount--;
        buffer.Allocate();
        return buffer;
    }

    private void FreeHead(ref Shelf shelf)
    {
        LoopBuffer buffer = shelf.Head!;
        shelf.Head = buffer.Next;
        shelf.Count--;
        FreeBytes -= buffer.Length;
        buffer.Free();
        if (shelf.ShellCount == MaxShells) return;
        buffer.Next = shelf.Shells;
        shelf.Shells = buffer;
        shelf.ShellCount++;
    }

    private struct Shelf
    {
        public LoopBuffer? Head;
        public int Count;
        public int LowWater;
        public LoopBuffer? Shells;
        public int ShellCount;
    }
}
