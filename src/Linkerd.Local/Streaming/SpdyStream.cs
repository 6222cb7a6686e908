using System.IO.Pipelines;

namespace Linkerd.Local.Streaming;

/// <summary>One stream of a SPDY connection.</summary>
internal sealed class SpdyStream : WriteOnlyStream
{
    private readonly SpdySession _session;
    private readonly Pipe _incoming = new(new PipeOptions(pauseWriterThreshold: 1 << 20));
    private bool _finished;

    public SpdyStream(SpdySession session, int id, Dictionary<string, string> headers)
    {
        _session = session;
        Id = id;
        Headers = headers;
        Incoming = _incoming.Reader.AsStream();
    }

    public int Id { get; }

    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>What the client sends.</summary>
    public Stream Incoming { get; }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _session.SendDataAsync(Id, buffer, fin: false, cancellationToken);

    /// <summary>Says that nothing more is sent.</summary>
    public async Task FinishAsync()
    {
        if (_finished) return;
        _finished = true;
        await _session.SendDataAsync(Id, ReadOnlyMemory<byte>.Empty, fin: true, CancellationToken.None);
    }

    internal async ValueTask TakeAsync(ReadOnlyMemory<byte> data)
    {
        if (data.Length > 0) await _incoming.Writer.WriteAsync(data);
    }

    /// <summary>Ends a wait for room: what comes further is dropped.</summary>
    internal void StopTaking() => _incoming.Writer.CancelPendingFlush();

    internal void EndIncoming() => _incoming.Writer.Complete();
}
