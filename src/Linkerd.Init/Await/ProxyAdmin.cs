using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Linkerd.Init.Await;

/// <summary>Speaks to the proxy's admin server with as little as it takes: one request a connection.</summary>
internal sealed class ProxyAdmin(int port)
{
    private const int AttemptMilliseconds = 1000;

    /// <summary>Returns the status code; 0 when there is no answer.</summary>
    public int Request(string method, string path)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            {
                SendTimeout = AttemptMilliseconds,
                ReceiveTimeout = AttemptMilliseconds,
            };
            socket.Connect(IPAddress.Loopback, port);
            socket.Send(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            return ReadStatus(socket);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private static int ReadStatus(Socket socket)
    {
        // "HTTP/1.1 200" is all that counts.
        Span<byte> head = stackalloc byte[12];
        var read = 0;
        var started = Stopwatch.GetTimestamp();
        while (read < head.Length && Stopwatch.GetElapsedTime(started).TotalMilliseconds < AttemptMilliseconds)
        {
            var count = socket.Receive(head[read..]);
            if (count == 0)
                break;
            read += count;
        }
        return read == head.Length && head.StartsWith("HTTP/1."u8) && int.TryParse(head[9..], out var status) ? status : 0;
    }
}
