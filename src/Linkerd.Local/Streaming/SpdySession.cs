using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Linkerd.Local.Streaming;

/// <summary>
/// The server side of a SPDY/3.1 connection as kubectl uses it: the client opens streams, both write data. There are no windows, because the
/// client library has none; a stream that is not read holds the connection back instead.
/// </summary>
internal sealed class SpdySession : IAsyncDisposable
{
    private const int MostStreams = 1024;
    private const int LargestFrame = 1 << 20;
    private const int LargestPiece = 32 * 1024;
    private readonly Stream _transport;
    private readonly SpdyHeaderReader _headers = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<int, SpdyStream> _streams = new();
    private readonly Channel<SpdyStream> _opened = Channel.CreateBounded<SpdyStream>(MostStreams);
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _reading;
    private bool _zlibHeadSent;

    public SpdySession(Stream transport)
    {
        _transport = transport;
        _reading = ReadAsync();
    }

    /// <summary>Streams as the client opens them; ends with the connection.</summary>
    public ChannelReader<SpdyStream> Opened => _opened.Reader;

    /// <summary>Cancelled when the connection ends.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <summary>Forgets a stream that both sides are done with.</summary>
    public void Remove(SpdyStream stream) => _streams.TryRemove(stream.Id, out _);

    public async ValueTask SendDataAsync(int id, ReadOnlyMemory<byte> data, bool fin, CancellationToken cancellation)
    {
        do
        {
            var piece = data[..Math.Min(data.Length, LargestPiece)];
            data = data[piece.Length..];
            var frame = new byte[8 + piece.Length];
            BinaryPrimitives.WriteInt32BigEndian(frame, id);
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), piece.Length | (fin && data.Length == 0 ? Spdy.FlagFin << 24 : 0));
            piece.CopyTo(frame.AsMemory(8));
            await SendAsync(frame, cancellation);
        }
        while (data.Length > 0);
    }

    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync();
        // Nobody reads the streams any more; the reader of the connection may wait for that.
        _opened.Writer.TryComplete();
        foreach (var stream in _streams.Values) stream.StopTaking();
        await _reading;
        _headers.Dispose();
        _closed.Dispose();
        _sending.Dispose();
    }

    private async Task ReadAsync()
    {
        var head = new byte[8];
        try
        {
            while (true)
            {
                await _transport.ReadExactlyAsync(head);
                var first = BinaryPrimitives.ReadUInt32BigEndian(head);
                var second = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(4));
                var length = (int)(second & 0xffffff);
                if (length > LargestFrame) break;
                var body = new byte[length];
                await _transport.ReadExactlyAsync(body);
                if ((first & 0x80000000) != 0) await TakeControlAsync((int)(first & 0xffff), (byte)(second >> 24), body);
                else await TakeDataAsync((int)first, (byte)(second >> 24), body);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // The connection is over; everything that waits for it is told below.
        }
        _opened.Writer.TryComplete();
        foreach (var stream in _streams.Values) stream.EndIncoming();
        await _closed.CancelAsync();
    }

    private async ValueTask TakeDataAsync(int id, byte flags, byte[] body)
    {
        if (!_streams.TryGetValue(id, out var stream)) return;
        await stream.TakeAsync(body);
        if ((flags & Spdy.FlagFin) != 0) stream.EndIncoming();
    }

    private async ValueTask TakeControlAsync(int type, byte flags, byte[] body)
    {
        switch (type)
        {
            case Spdy.SynStream when body.Length >= 10:
                await OpenAsync(BinaryPrimitives.ReadInt32BigEndian(body) & int.MaxValue, flags, body);
                break;
            case Spdy.RstStream when body.Length >= 8:
                if (_streams.TryRemove(BinaryPrimitives.ReadInt32BigEndian(body) & int.MaxValue, out var reset)) reset.EndIncoming();
                break;
            case Spdy.Headers when body.Length >= 4:
                _headers.Read(body.AsSpan(4));
                break;
            case Spdy.Ping when body.Length >= 4:
                await SendControlAsync(Spdy.Ping, body);
                break;
            case Spdy.GoAway:
                _opened.Writer.TryComplete();
                break;
        }
    }

    private async ValueTask OpenAsync(int id, byte flags, byte[] body)
    {
        var stream = new SpdyStream(this, id, _headers.Read(body.AsSpan(10)));
        if (_streams.Count >= MostStreams || !_streams.TryAdd(id, stream))
        {
            var refusal = new byte[8];
            BinaryPrimitives.WriteInt32BigEndian(refusal, id);
            BinaryPrimitives.WriteInt32BigEndian(refusal.AsSpan(4), Spdy.ProtocolError);
            await SendControlAsync(Spdy.RstStream, refusal);
            return;
        }
        if ((flags & Spdy.FlagFin) != 0) stream.EndIncoming();
        await SendControlAsync(Spdy.SynReply, Reply(id));
        await _opened.Writer.WriteAsync(stream);
    }

    // The header block says "no headers": a stored block, and an empty one, at which inflaters give out what they have.
    // The zlib head belongs to the connection, so only the first block has it.
    private byte[] Reply(int id)
    {
        byte[] empty = [0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
        byte[] reply = _zlibHeadSent ? [0, 0, 0, 0, .. empty] : [0, 0, 0, 0, 0x78, 0x01, .. empty];
        _zlibHeadSent = true;
        BinaryPrimitives.WriteInt32BigEndian(reply, id);
        return reply;
    }

    private ValueTask SendControlAsync(int type, byte[] body)
    {
        var frame = new byte[8 + body.Length];
        BinaryPrimitives.WriteUInt16BigEndian(frame, 0x8000 | Spdy.Version);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)type);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), body.Length);
        body.CopyTo(frame, 8);
        return SendAsync(frame, CancellationToken.None);
    }

    private async ValueTask SendAsync(byte[] frame, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation);
        try
        {
            await _transport.WriteAsync(frame, cancellation);
            await _transport.FlushAsync(cancellation);
        }
        finally
        {
            _sending.Release();
        }
    }
}
