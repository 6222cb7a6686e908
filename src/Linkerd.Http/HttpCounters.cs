namespace Linkerd.Http;

/// <summary>What happened to the sessions of one owner. Written by its loop alone; read by whoever adds them up.</summary>
public sealed class HttpCounters
{
    private readonly long[] _limits = new long[(int)HttpLimit.OutputStall + 1];

    /// <summary>Streams ended because a peer broke the protocol.</summary>
    public long StreamFaults { get; internal set; }

    /// <summary>Connections ended because a peer broke the protocol or a limit.</summary>
    public long ConnectionFaults { get; internal set; }

    /// <summary>How often <paramref name="limit"/> was reached.</summary>
    public long Reached(HttpLimit limit) => Volatile.Read(ref _limits[(int)limit]);

    internal void Count(in HttpFault fault, bool connection)
    {
        if (fault.Limit != HttpLimit.None) _limits[(int)fault.Limit]++;
        if (connection) ConnectionFaults++;
        else StreamFaults++;
    }

    internal void Count(HttpLimit limit) => _limits[(int)limit]++;
}
