using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Kubernetes;

/// <summary>A command running in a container: standard streams multiplexed on a WebSocket, one channel number before each message.</summary>
public sealed class ExecSession : IAsyncDisposable
{
    private const byte Stdin = 0;
    private const byte Stdout = 1;
    private const byte Stderr = 2;
    private const byte Error = 3;
    private const byte Resize = 4;

    private readonly WebSocket _socket;

    internal ExecSession(WebSocket socket) => _socket = socket;

    /// <summary>Sends to the command's standard input.</summary>
    public Task WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancel = default) => SendAsync(Stdin, data, cancel);

    /// <summary>Tells the command's terminal its size.</summary>
    public Task ResizeAsync(int columns, int rows, CancellationToken cancel = default) =>
        SendAsync(Resize, System.Text.Encoding.UTF8.GetBytes($$"""{"Width":{{columns}},"Height":{{rows}}}"""), cancel);

    /// <summary>Copies the command's output until it ends.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> CopyToAsync(Stream stdout, Stream stderr, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(stdout);
        ArgumentNullException.ThrowIfNull(stderr);
        var buffer = new byte[32 * 1024];
        byte channel = 0;
        var atStart = true;
        var error = new ArrayBufferWriter<byte>();
        while (_socket.State is WebSocketState.Open or WebSocketState.CloseSent)
        {
            var result = await _socket.ReceiveAsync(buffer.AsMemory(), cancel);
            if (result.MessageType == WebSocketMessageType.Close)
                break;
            var data = buffer.AsMemory(0, result.Count);
            if (atStart && !data.IsEmpty)
            {
                channel = data.Span[0];
                data = data[1..];
            }

            atStart = result.EndOfMessage;
            if (channel == Stdout)
                await stdout.WriteAsync(data, cancel);
            else if (channel == Stderr)
                await stderr.WriteAsync(data, cancel);
            else if (channel == Error && error.WrittenCount < buffer.Length)
                error.Write(data.Span);
        }

        return ExitCode(error.WrittenSpan);
    }

    public async ValueTask DisposeAsync()
    {
        await WebSocketCloser.CloseAsync(_socket);
        _socket.Dispose();
    }

    private static int ExitCode(ReadOnlySpan<byte> error)
    {
        if (error.IsEmpty)
            return 0;
        var status = JsonSerializer.Deserialize(error, KubernetesJson.Default.Status);
        if (status is null or { Result: "Success" })
            return 0;
        var code = status.Details?.Causes?.FirstOrDefault(static c => c.Reason == "ExitCode")?.Message;
        return int.TryParse(code, out var value) ? value : throw KubernetesException.FromStatus(status);
    }

    private async Task SendAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        var message = ArrayPool<byte>.Shared.Rent(data.Length + 1);
        try
        {
            message[0] = channel;
            data.CopyTo(message.AsMemory(1));
            await _socket.SendAsync(message.AsMemory(0, data.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, cancel);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }
}
