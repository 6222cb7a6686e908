using System.Globalization;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Linkerd.Local.Api;

namespace Linkerd.Local.Streaming;

/// <summary>
/// Port-forward in the channel protocol over a WebSocket, one connection for each <c>ports</c> of the query: channel 2i carries the data of the
/// i-th port and channel 2i+1 its errors, and the first message of each channel is the port (two bytes, little endian).
/// </summary>
internal sealed class PortForwardChannels(WebSocket socket, IPodRuntime runtime, PodReference pod) : IDisposable
{
    public const string Protocol = "v4.channel.k8s.io";
    private const int MaxPorts = 16;
    private const int BufferSize = 32 * 1024;
    private static readonly TimeSpan GoodBye = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _sending = new(1);

    /// <summary>The ports that a request asks for.</summary>
    public static int[] PortsOf(IEnumerable<string?> query)
    {
        var ports = query.SelectMany(v => (v ?? "").Split(',')).Select(v =>
            int.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
                ? port
                : throw ApiException.BadRequest($"ports: '{v}' is not a port between 1 and 65535")).ToArray();
        return ports.Length is > 0 and <= MaxPorts ? ports : throw ApiException.BadRequest($"query parameter ports: give 1 to {MaxPorts} ports");
    }

    public async Task RunAsync(int[] ports, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var targets = new Stream?[ports.Length];
        try
        {
            for (var i = 0; i < ports.Length; i++)
            {
                byte[] port = [(byte)ports[i], (byte)(ports[i] >> 8)];
                await SendAsync((byte)(2 * i), port, ended.Token);
                await SendAsync((byte)((2 * i) + 1), port, ended.Token);
                targets[i] = await TryDialAsync(i, ports[i], ended.Token);
            }

            var downloads = Task.WhenAll(targets.Select((t, i) => t is null ? Task.CompletedTask : DownloadAsync(i, t, ended.Token)));
            var uploads = UploadAsync(targets, ended.Token);
            // Over when every pod connection has ended, or the client has left. A receive that is cancelled would break the socket, and the
            // client would not see the end that the pod's side has said.
            await Task.WhenAny(downloads, uploads);
            if (!uploads.IsCompleted)
            {
                await CloseAsync();
                await Task.WhenAny(uploads, Task.Delay(GoodBye, cancellation));
            }

            await ended.CancelAsync();
            await Task.WhenAll(downloads, uploads);
        }
        catch (Exception e) when (e is IOException or SocketException or WebSocketException or OperationCanceledException)
        {
            // One side has left; the other is closed below.
        }
        finally
        {
            foreach (var target in targets)
            {
                if (target is not null)
                    await target.DisposeAsync();
            }

            await CloseAsync();
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        _sending.Dispose();
    }

    private async Task<Stream?> TryDialAsync(int index, int port, CancellationToken cancellation)
    {
        try
        {
            return await runtime.DialAsync(pod, port, cancellation);
        }
        catch (Exception e) when (e is PodRuntimeException or IOException or SocketException)
        {
            await SendAsync((byte)((2 * index) + 1), Encoding.UTF8.GetBytes($"error forwarding port {port} to pod {pod}: {e.Message}"), cancellation);
            return null;
        }
    }

    private async Task DownloadAsync(int index, Stream target, CancellationToken cancellation)
    {
        var buffer = new byte[BufferSize];
        int count;
        while ((count = await target.ReadAsync(buffer, cancellation)) > 0)
            await SendAsync((byte)(2 * index), buffer.AsMemory(0, count), cancellation);
    }

    private async Task UploadAsync(Stream?[] targets, CancellationToken cancellation)
    {
        var buffer = new byte[BufferSize];
        Stream? current = null;
        var begins = true;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
            if (received.MessageType == WebSocketMessageType.Close)
                return;
            var data = buffer.AsMemory(0, received.Count);
            if (begins && data.Length > 0)
            {
                var channel = data.Span[0];
                // Clients have nothing to say on error channels.
                current = channel % 2 == 0 && channel / 2 < targets.Length ? targets[channel / 2] : null;
                data = data[1..];
            }

            begins = received.EndOfMessage;
            if (current is not null && data.Length > 0)
                await current.WriteAsync(data, cancellation);
        }
    }

    private async Task SendAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        var message = new byte[data.Length + 1];
        message[0] = channel;
        data.CopyTo(message.AsMemory(1));
        await _sending.WaitAsync(cancellation);
        try
        {
            await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, cancellation);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task CloseAsync()
    {
        using var limit = new CancellationTokenSource(GoodBye);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", limit.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The client left without its good-bye.
        }
    }
}
