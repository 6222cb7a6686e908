namespace Linkerd.Local.Streaming;

/// <summary>A write-only stream into one channel of a WebSocket.</summary>
internal sealed class ChannelStream(WebSocketChannels owner, byte channel) : WriteOnlyStream
{
    private const int LargestPiece = 32 * 1024;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            var piece = buffer[..Math.Min(buffer.Length, LargestPiece)];
            await owner.SendAsync(channel, piece, cancellationToken);
            buffer = buffer[piece.Length..];
        }
    }
}
