using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Linkerd.Proxy.Tests.Smuggling;

/// <summary>
/// An application that keeps every octet of every connection. It takes what a proxy writes by the letter of RFC 9112, answers when the first request is
/// whole, and then only listens: whatever follows is kept too.
/// </summary>
internal sealed class RecordingOrigin : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Lock _gate = new();
    private TaskCompletionSource _quiet = new();
    private int _open;

    public RecordingOrigin()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        _ = AcceptAsync();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>What came over connections that have ended, and whether a request was answered.</summary>
    public ConcurrentQueue<(byte[] Octets, bool Answered)> Connections { get; } = new();

    /// <summary>Ends when no connection is open.</summary>
    public Task WhenQuietAsync()
    {
        lock (_gate)
        {
            if (_open == 0) return Task.CompletedTask;
            if (_quiet.Task.IsCompleted) _quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _quiet.Task.WaitAsync(TimeSpan.FromSeconds(20));
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptAsync();
                lock (_gate) _open++;
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var owned = socket;
        var received = new List<byte>();
        var buffer = new byte[65536];
        bool answered = false;
        try
        {
            for (int read; (read = await socket.ReceiveAsync(buffer)) > 0;)
            {
                received.AddRange(buffer.AsSpan(0, read));
                if (answered || !IsWhole(received)) continue;
                answered = true;
                await socket.SendAsync("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"u8.ToArray());
            }
        }
        catch (SocketException)
        {
            // A proxy gives up by a reset.
        }

        Connections.Enqueue(([.. received], answered));
        lock (_gate)
        {
            if (--_open == 0) _quiet.TrySetResult();
        }
    }

    private static bool IsWhole(List<byte> received)
    {
        string text = Encoding.Latin1.GetString([.. received]);
        int head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (head < 0) return false;
        string[] lines = text[..head].ToLowerInvariant().Split("\r\n");
        string body = text[(head + 4)..];
        if (lines.Contains("transfer-encoding: chunked")) return body.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
        string? length = lines.FirstOrDefault(static l => l.StartsWith("content-length: ", StringComparison.Ordinal));
        return length is null || body.Length >= int.Parse(length["content-length: ".Length..], NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
