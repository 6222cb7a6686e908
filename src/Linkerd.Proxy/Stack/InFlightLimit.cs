using System.Runtime.InteropServices;

namespace Linkerd.Proxy.Stack;

/// <summary>Requests in flight in the whole proxy, exact over its workers. The count has a cache line of its own, because all of them write it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 192)]
public sealed class InFlightLimit
{
    [FieldOffset(0)]
    private readonly int _limit;

    [FieldOffset(96)]
    private int _count;

    public InFlightLimit(int limit) => _limit = limit;

    /// <summary>Requests in flight.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a place; false when there is none.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= _limit) return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void Exit() => Interlocked.Decrement(ref _count);
}
