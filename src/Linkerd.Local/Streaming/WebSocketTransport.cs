using System.Net.WebSockets;

namespace Linkerd.Local.Streaming;

/// <summary>A WebSocket as one stream of bytes, for SPDY that newer clients tunnel through it.</summary>
internal sealed class WebSocketTransport(WebSocket socket) : WriteOnlyStream
{
    public override bool CanRead => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (true)
            {
                var result = await socket.ReceiveAsync(buffer, cancellationToken);
                if (result.MessageType == WebSocketMessageType.Close) return 0;
                if (result.Count > 0 || buffer.Length == 0) return result.Count;
            }
        }
        catch (WebSocketException e)
        {
            throw new IOException("the WebSocket is closed", e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await socket.SendAsync(buffer, WebSocketMessageType.Binary, true, cancellationToken);
        }
        catch (WebSocketException e)
        {
            throw new IOException("the WebSocket is closed", e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            socket.Abort();
            socket.Dispose();
        }
        base.Dispose(disposing);
    }
}
