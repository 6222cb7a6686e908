namespace Linkerd.Proxy.Stack;

/// <summary>Bounds the requests in flight, exactly, over all workers.</summary>
public sealed class InFlightLimit(int limit)
{
    private int _count;

    /// <summary>Requests in flight.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a place; false when there is none.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= limit) return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void Exit() => Interlocked.Decrement(ref _count);
}
