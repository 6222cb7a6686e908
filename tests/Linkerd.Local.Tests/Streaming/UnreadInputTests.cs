using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using Linkerd.Local.Streaming;
using Linkerd.Testing;

namespace Linkerd.Local.Tests.Streaming;

/// <summary>A client that sends what nobody reads, or what is no message, does not keep the server from closing its connection.</summary>
public sealed class UnreadInputTests
{
    private const int Piece = 32 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_WebSocket_closes_while_the_command_reads_no_input()
    {
        var (ours, theirs) = Pair();
        using var client = WebSocket.CreateFromStream(theirs, new WebSocketCreationOptions());
        var channels = new WebSocketChannels(Server(ours), "v5.channel.k8s.io", new ExecParameters(true, true, false, false));
        var message = new byte[Piece];
        for (var i = 0; i < 20; i++)
            await client.SendAsync(message, WebSocketMessageType.Binary, true, default);
        // The input has room for eight messages: behind the ninth the server waits.
        await Eventually.TrueAsync(() => ours.BytesRead >= 9 * Piece, "nine messages to be read");
        await channels.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task What_is_no_message_of_the_protocol_ends_the_connection()
    {
        var (ours, theirs) = Pair();
        using var client = WebSocket.CreateFromStream(theirs, new WebSocketCreationOptions());
        await using var channels = new WebSocketChannels(Server(ours), "v4.base64.channel.k8s.io", new ExecParameters(true, true, false, false));
        var closed = new TaskCompletionSource();
        using var registration = channels.Closed.Register(closed.SetResult);
        await client.SendAsync("0aGk="u8.ToArray(), WebSocketMessageType.Text, true, default);
        var input = new byte[2];
        await channels.Stdin!.ReadExactlyAsync(input).AsTask().WaitAsync(Patience);
        Assert.Equal("hi"u8, input);
        await client.SendAsync("0?"u8.ToArray(), WebSocketMessageType.Text, true, default);
        await closed.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_SPDY_session_closes_while_nobody_reads_a_stream()
    {
        var (ours, theirs) = Pair();
        var session = new SpdySession(ours);
        // SYN_STREAM of stream 1; the header block is a zlib head and a stored block of "no headers".
        await theirs.WriteAsync((byte[])[0x80, 3, 0, 1, 0, 0, 0, 21, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x78, 1, 0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0]);
        await session.Opened.ReadAsync().AsTask().WaitAsync(Patience);
        byte[] data = [0, 0, 0, 1, 0, 0, 0x80, 0, .. new byte[Piece]];
        for (var i = 0; i < 40; i++)
            await theirs.WriteAsync(data);
        // A stream has room for 32 pieces: behind that the server waits.
        await Eventually.TrueAsync(() => ours.BytesRead >= 32 * Piece, "32 pieces to be read");
        await session.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    private static WebSocket Server(Stream stream) => WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });

    private static (Duplex, Duplex) Pair()
    {
        var options = new PipeOptions(pauseWriterThreshold: 0);
        var (up, down) = (new Pipe(options), new Pipe(options));
        return (new Duplex(up.Reader, down.Writer), new Duplex(down.Reader, up.Writer));
    }

    // As a connection: what waits in a read when it is disposed of fails.
    private sealed class Duplex(PipeReader input, PipeWriter output) : Stream
    {
        private volatile bool _disposed;
        private long _bytesRead;

        public long BytesRead => Interlocked.Read(ref _bytesRead);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var result = await input.ReadAsync(cancellationToken);
            if (_disposed)
                throw new IOException("closed");
            var piece = result.Buffer.Slice(0, Math.Min(buffer.Length, result.Buffer.Length));
            piece.CopyTo(buffer.Span);
            var count = (int)piece.Length;
            input.AdvanceTo(piece.End);
            Interlocked.Add(ref _bytesRead, count);
            return count;
        }

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => await output.WriteAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _disposed = true;
            input.CancelPendingRead();
            output.Complete();
            base.Dispose(disposing);
        }
    }
}
