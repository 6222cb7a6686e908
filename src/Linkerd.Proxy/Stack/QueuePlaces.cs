namespace Linkerd.Proxy.Stack;

/// <summary>The places of one queue, counted over all workers so that its capacity is exact.</summary>
public sealed class QueuePlaces
{
    private int _taken;

    /// <summary>Places that are taken.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Takes a place; false when <paramref name="capacity"/> are taken.</summary>
    public bool TryTake(int capacity)
    {
        if (Interlocked.Increment(ref _taken) <= capacity) return true;
        Interlocked.Decrement(ref _taken);
        return false;
    }

    /// <summary>Gives a place back.</summary>
    public void Release() => Interlocked.Decrement(ref _taken);
}
