using System.Buffers;
using System.Net.WebSockets;
using System.Text;

namespace Linkerd.Kubernetes;

/// <summary>
/// One forwarded connection on a WebSocket. Channel 0 is data and channel 1 errors; the first message of each is the port
/// (two bytes, little endian) and carries nothing else.
/// </summary>
internal sealed class PortForwardStream(WebSocket socket) : Stream
{
    private const byte DataChannel = 0;
    private const byte ErrorChannel = 1;
    private const int MaxError = 4096;

    private readonly byte[] _buffer = new byte[32 * 1024];
    private readonly StringBuilder _error = new();
    private readonly int[] _skip = [2, 2];
    private int _start;
    private int _end;
    private byte _channel;
    private bool _midMessage;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_start == _end)
        {
            if (!await ReceiveAsync(cancellationToken))
                return _error.Length == 0 ? 0 : throw new IOException("port-forward: " + _error.ToString().Trim());
        }

        var count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsMemory(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var message = ArrayPool<byte>.Shared.Rent(buffer.Length + 1);
        try
        {
            message[0] = DataChannel;
            buffer.CopyTo(message.AsMemory(1));
            await socket.SendAsync(message.AsMemory(0, buffer.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await WebSocketCloser.CloseAsync(socket);
        socket.Dispose();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            socket.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<bool> ReceiveAsync(CancellationToken cancel)
    {
        ValueWebSocketReceiveResult result;
        try
        {
            result = await socket.ReceiveAsync(_buffer.AsMemory(), cancel);
        }
        catch (WebSocketException e)
        {
            throw new IOException("port-forward: the connection broke: " + e.Message, e);
        }

        if (result.MessageType == WebSocketMessageType.Close)
            return false;
        _start = 0;
        _end = result.Count;
        if (!_midMessage && _end > 0)
            _channel = _buffer[_start++];
        _midMessage = !result.EndOfMessage;
        if (_channel > ErrorChannel)
            throw new IOException($"port-forward: the server sent on channel {_channel}, which was not opened");
        var skipped = Math.Min(_skip[_channel], _end - _start);
        _skip[_channel] -= skipped;
        _start += skipped;
        if (_channel == ErrorChannel)
        {
            if (_error.Length < MaxError)
                _error.Append(Encoding.UTF8.GetString(_buffer, _start, _end - _start));
            _start = _end;
        }

        return true;
    }
}
