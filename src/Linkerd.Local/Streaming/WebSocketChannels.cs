using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Threading.Channels;
using Linkerd.Local.Api;

namespace Linkerd.Local.Streaming;

/// <summary>
/// The channel protocol over WebSockets: the first byte of each message is the channel (0 stdin, 1 stdout, 2 stderr, 3 status, 4 resize);
/// in v5, 255 and a channel closes that channel. The base64 form has the channel as a digit.
/// </summary>
internal sealed class WebSocketChannels : IRemoteChannels
{
    private const int LargestMessage = 1 << 20;
    private readonly WebSocket _socket;
    private readonly bool _base64;
    private readonly bool _halfClose;
    private readonly Pipe _stdin = new(new PipeOptions(pauseWriterThreshold: 1 << 18));
    private readonly Channel<TerminalSize> _sizes = TerminalSizes.Create();
    private readonly CancellationTokenSource _closed = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Task _receiving;

    public WebSocketChannels(WebSocket socket, string protocol, ExecParameters wanted)
    {
        _socket = socket;
        _base64 = protocol.Contains("base64.", StringComparison.Ordinal);
        _halfClose = protocol.StartsWith("v5.", StringComparison.Ordinal);
        Stdin = wanted.Stdin ? _stdin.Reader.AsStream() : null;
        Stdout = wanted.Stdout ? new ChannelStream(this, 1) : null;
        Stderr = wanted.Stderr && !wanted.Tty ? new ChannelStream(this, 2) : null;
        Resizes = wanted.Tty ? _sizes.Reader : null;
        _receiving = ReceiveAsync();
    }

    public Stream? Stdin { get; }

    public Stream? Stdout { get; }

    public Stream? Stderr { get; }

    public ChannelReader<TerminalSize>? Resizes { get; }

    public CancellationToken Closed => _closed.Token;

    public async Task FinishAsync(byte[] status)
    {
        if (_socket.State != WebSocketState.Open) return;
        await SendAsync(3, status, CancellationToken.None);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", limit.Token);
            await _receiving.WaitAsync(limit.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The client left without its good-bye.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        // Nobody reads the input any more; the receiver may wait for that.
        _stdin.Writer.CancelPendingFlush();
        await _receiving;
        _socket.Dispose();
        _sending.Dispose();
        _closed.Dispose();
    }

    internal async Task SendAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation);
        try
        {
            var message = new byte[1 + data.Length];
            if (_base64)
            {
                var text = (char)('0' + channel) + Convert.ToBase64String(data.Span);
                await _socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(text), WebSocketMessageType.Text, true, cancellation);
                return;
            }
            message[0] = channel;
            data.CopyTo(message.AsMemory(1));
            await _socket.SendAsync(message, WebSocketMessageType.Binary, true, cancellation);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        try
        {
            while (true)
            {
                var result = await _socket.ReceiveAsync(buffer.GetMemory(4096), CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close) break;
                buffer.Advance(result.Count);
                if (buffer.WrittenCount > LargestMessage) break;
                if (!result.EndOfMessage) continue;
                if (buffer.WrittenCount > 0) await TakeAsync(buffer.WrittenMemory);
                buffer.ResetWrittenCount();
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException or FormatException)
        {
            // The connection is gone, or what it brings is no message of the protocol; what waits for it learns it below.
        }
        await _stdin.Writer.CompleteAsync();
        _sizes.Writer.TryComplete();
        await _closed.CancelAsync();
    }

    private async Task TakeAsync(ReadOnlyMemory<byte> message)
    {
        var channel = message.Span[0];
        var data = message[1..];
        if (_base64)
        {
            channel -= (byte)'0';
            data = Convert.FromBase64String(System.Text.Encoding.ASCII.GetString(data.Span));
        }
        if (channel == 0 && Stdin is not null) await _stdin.Writer.WriteAsync(data);
        else if (channel == 4) TerminalSizes.Offer(_sizes.Writer, data.Span);
        else if (_halfClose && channel == 255 && data.Length == 1 && data.Span[0] == 0) await _stdin.Writer.CompleteAsync();
    }
}
