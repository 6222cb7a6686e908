using Linkerd.Net;

namespace Linkerd.Net.Tests;

/// <summary>Sends four octets, waits for what comes back, and sends them again.</summary>
internal sealed class Pinger(Transport transport) : ITransportHandler
{
    private const int Warm = 2_000, RoundTrips = 100_000, Runs = 5;

    private readonly TaskCompletionSource<long> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _before;
    private long _least = long.MaxValue;
    private int _count;
    private int _runs;

    public Task<long> Done => _done.Task;

    /// <summary>
    /// What the loop's thread allocates in 100,000 round trips over a connection whose other end returns what it gets: the least of five runs, since
    /// pools and compiled code reach their final form some time, and a busy machine decides when.
    /// </summary>
    public static async Task<long> MeasureAsync(Harness harness, Transport client)
    {
        var pinger = new Pinger(client);
        await harness.On(() =>
        {
            client.Handler = pinger;
            client.Write("ping"u8);
        });
        return await pinger.Done.WaitAsync(TimeSpan.FromMinutes(5));
    }

    public int OnData(ReadOnlySpan<byte> data)
    {
        _count++;
        if (_count == Warm) _before = GC.GetAllocatedBytesForCurrentThread();
        if (_count == Warm + RoundTrips && IsDone()) return data.Length;

        transport.Write(data);
        return data.Length;
    }

    private bool IsDone()
    {
        long now = GC.GetAllocatedBytesForCurrentThread();
        _least = Math.Min(_least, now - _before);
        if (_least > 0 && ++_runs < Runs)
        {
            _count = Warm;
            _before = now;
            return false;
        }

        _done.SetResult(_least);
        return true;
    }

    public void OnReadClosed()
    {
    }

    public void OnDrained()
    {
    }

    public void OnClosed(TransportFault fault) => _done.TrySetException(new IOException(fault.ToString()));
}
