using Linkerd.Net;

namespace Linkerd.Net.Tests;

/// <summary>Sends four octets, waits for what comes back, and sends them again.</summary>
internal sealed class Pinger(Transport transport) : ITransportHandler
{
    private const int Warm = 2_000, RoundTrips = 100_000;

    private readonly TaskCompletionSource<long> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _before;
    private int _count;

    public Task<long> Done => _done.Task;

    /// <summary>What the loop's thread allocates in 100,000 round trips over a connection whose other end returns what it gets.</summary>
    public static async Task<long> MeasureAsync(Harness harness, Transport client)
    {
        var pinger = new Pinger(client);
        await harness.On(() =>
        {
            client.Handler = pinger;
            client.Write("ping"u8);
        });
        return await pinger.Done.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public int OnData(ReadOnlySpan<byte> data)
    {
        _count++;
        if (_count == Warm) _before = GC.GetAllocatedBytesForCurrentThread();
        if (_count == Warm + RoundTrips)
        {
            _done.SetResult(GC.GetAllocatedBytesForCurrentThread() - _before);
            return data.Length;
        }

        transport.Write(data);
        return data.Length;
    }

    public void OnReadClosed()
    {
    }

    public void OnDrained()
    {
    }

    public void OnClosed(TransportFault fault) => _done.TrySetException(new IOException(fault.ToString()));
}
