namespace Linkerd.Http;

/// <summary>Counts events within a period that begins with the first of them.</summary>
internal struct FloodCounter
{
    private long _start;
    private int _count;

    /// <summary>Counts one; false when there were more than <paramref name="max"/> within <paramref name="period"/> milliseconds.</summary>
    public bool Add(long now, int period, long max)
    {
        if (_count == 0 || now - _start >= period)
        {
            _start = now;
            _count = 0;
        }

        return ++_count <= max;
    }
}
