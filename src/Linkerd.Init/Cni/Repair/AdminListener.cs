using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Linkerd.Init.Cni.Repair;

/// <summary>
/// A small HTTP/1.1 server for probes and scrapes: GET only, one request per connection, at most
/// <see cref="MaxRequest"/> bytes of it, <see cref="MaxConnections"/> at a time and each for at most five seconds.
/// </summary>
internal sealed class AdminListener : IDisposable
{
    /// <summary>Longest request, in bytes.</summary>
    public const int MaxRequest = 8 * 1024;

    /// <summary>Most connections that are answered at a time; more wait in the kernel's queue.</summary>
    public const int MaxConnections = 32;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    private readonly Socket _listener;
    private readonly Func<string, (int Status, string Body)> _answer;
    private readonly SemaphoreSlim _slots = new(MaxConnections);

    /// <summary>Binds at once.</summary>
    /// <param name="address">Port 0 takes a free one.</param>
    /// <param name="answer">From the path to status and text.</param>
    public AdminListener(IPEndPoint address, Func<string, (int Status, string Body)> answer)
    {
        _answer = answer;
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            _listener.DualMode = true;
        _listener.Bind(address);
        _listener.Listen();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Serves until cancelled, and then always ends with <see cref="OperationCanceledException"/>.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            await _slots.WaitAsync(cancel);
            Socket connection;
            try
            {
                connection = await _listener.AcceptAsync(cancel);
            }
            catch (Exception e) when (e is SocketException)
            {
                // The peer was gone before it was accepted.
                _slots.Release();
                continue;
            }
            _ = ServeAsync(connection, cancel);
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(Socket connection, CancellationToken cancel)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(s_timeout);
            var (status, body) = await ReadAsync(connection, limit.Token) is { } path ? _answer(path) : (400, "bad request\n");
            var content = Encoding.UTF8.GetBytes(body);
            var head = string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} {Phrase(status)}\r\ncontent-type: text/plain; version=0.0.4\r\ncontent-length: {content.Length}\r\nconnection: close\r\n\r\n");
            await connection.SendAsync(Encoding.ASCII.GetBytes(head), limit.Token);
            await connection.SendAsync(content, limit.Token);
            connection.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Whoever asked has gone, or is too slow.
        }
        finally
        {
            connection.Dispose();
            _slots.Release();
        }
    }

    /// <summary>The path of a whole GET request; null when it is none.</summary>
    private static async Task<string?> ReadAsync(Socket connection, CancellationToken cancel)
    {
        var buffer = new byte[MaxRequest];
        var length = 0;
        while (length < buffer.Length && buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            var count = await connection.ReceiveAsync(buffer.AsMemory(length), cancel);
            if (count == 0)
                return null;
            length += count;
        }
        var end = buffer.AsSpan(0, length).IndexOf("\r\n"u8);
        return buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0 && Encoding.ASCII.GetString(buffer, 0, end).Split(' ') is ["GET", var path, _] ? path : null;
    }

    private static string Phrase(int status) => status switch { 200 => "OK", 400 => "Bad Request", 404 => "Not Found", _ => "Service Unavailable" };
}
