using System.Runtime.InteropServices;

namespace Linkerd.Proxy.Stack;

/// <summary>
/// Requests in flight in the whole proxy: never more than the limit over all workers. Each worker holds some free places, so that a
/// request writes only a line of its own worker; who runs out takes from the common ones, then one by one from other workers.
/// </summary>
public sealed class InFlightLimit
{
    /// <summary>Places that move between a worker and the common ones at once.</summary>
    private const int Block = 32;

    private readonly int _limit;
    private readonly Places _common = new();
    private readonly Places[] _workers;

    /// <param name="limit">Requests that may be in flight.</param>
    /// <param name="workers">Threads that take places, by index from 0.</param>
    public InFlightLimit(int limit, int workers)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(workers);
        _limit = limit;
        _common.Free = limit;
        _workers = new Places[workers];
        for (int i = 0; i < workers; i++) _workers[i] = new Places();
    }

    /// <summary>Requests in flight.</summary>
    public int Count
    {
        get
        {
            int free = Volatile.Read(ref _common.Free);
            foreach (Places places in _workers) free += Volatile.Read(ref places.Free);
            return _limit - free;
        }
    }

    /// <summary>Takes a place; false when no worker has one.</summary>
    public bool TryEnter(int worker) => TryTake(_workers[worker], 1) > 0 || TryRefill(worker);

    /// <summary>Gives a place back.</summary>
    public void Exit(int worker)
    {
        Places own = _workers[worker];
        if (Interlocked.Increment(ref own.Free) <= 2 * Block) return;
        int surplus = TryTake(own, Block);
        if (surplus > 0) Interlocked.Add(ref _common.Free, surplus);
    }

    /// <summary>Takes up to <paramref name="most"/> places and returns how many.</summary>
    private static int TryTake(Places from, int most)
    {
        int seen = Volatile.Read(ref from.Free);
        while (seen > 0)
        {
            int taken = Math.Min(seen, most);
            int prior = Interlocked.CompareExchange(ref from.Free, seen - taken, seen);
            if (prior == seen) return taken;
            seen = prior;
        }

        return 0;
    }

    private bool TryRefill(int worker)
    {
        int taken = TryTake(_common, Block);
        if (taken > 1) Interlocked.Add(ref _workers[worker].Free, taken - 1);
        if (taken > 0) return true;
        foreach (Places places in _workers)
        {
            if (TryTake(places, 1) > 0) return true;
        }

        // Given back by another worker while we looked.
        return TryTake(_common, 1) > 0;
    }

    // As large as two cache lines on either side, which is what processors fetch together.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private sealed class Places
    {
        [FieldOffset(120)]
        public int Free;
    }
}
