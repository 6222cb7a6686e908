using System.Collections.Concurrent;
using Linkerd.Net;

namespace Linkerd.Net.Tests;

/// <summary>A handler that records what it is told, and echoes when asked to.</summary>
internal sealed class Probe(Transport transport, bool echo = false) : ITransportHandler
{
    private readonly TaskCompletionSource<TransportFault> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _readClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _received;

    public Transport Transport => transport;

    public ConcurrentQueue<byte[]> Data { get; } = new();

    public Func<Transport, byte[], int>? OnBytes { get; init; }

    public Action<Transport>? ReadEnded { get; init; }

    public bool Keep { get; init; }

    public Task<TransportFault> Closed => _closed.Task.WaitAsync(Harness.Limit);

    public Task ReadClosed => _readClosed.Task.WaitAsync(Harness.Limit);

    public long Received => Volatile.Read(ref _received);

    public int Drained { get; private set; }

    public int ClosedCalls { get; private set; }

    public string Text => string.Concat(Data.Select(System.Text.Encoding.Latin1.GetString));

    public int OnData(ReadOnlySpan<byte> data)
    {
        if (OnBytes is { } handler)
        {
            int consumed = handler(transport, data.ToArray());
            Volatile.Write(ref _received, _received + consumed);
            if (consumed > 0) Data.Enqueue(data[..consumed].ToArray());
            return consumed;
        }

        if (Keep) Data.Enqueue(data.ToArray());
        Volatile.Write(ref _received, _received + data.Length);
        if (!echo) return data.Length;
        transport.Write(data);
        if (transport.PendingOutput > 256 * 1024) transport.PauseReading();
        return data.Length;
    }

    public void OnReadClosed()
    {
        _readClosed.TrySetResult();
        if (ReadEnded is { } ended) ended(transport);
        else if (echo) transport.CloseWrite();
    }

    public void OnDrained()
    {
        Drained++;
        if (echo) transport.ResumeReading();
    }

    public void OnClosed(TransportFault fault)
    {
        ClosedCalls++;
        _closed.TrySetResult(fault);
    }
}
