using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Linkerd.Http;
using Linkerd.Net.Tests;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Tests.Http;

/// <summary>Pings of a client to an HTTP/2 server that counts them.</summary>
public sealed class KeepAliveTests : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(20);

    private readonly HttpMesh _mesh = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public KeepAliveTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _mesh.Dispose();
    }

    [Fact]
    public async Task A_server_that_is_pinged_too_often_is_pinged_half_as_often_on_the_next_connection()
    {
        Task<List<TimeSpan>> served = Task.Run(() => Enumerable.Range(0, 4).Select(_ => ServeUntilTooMuch()).ToList());
        HttpClientTarget target = HttpMesh.Target(SocketAddress.From(IPAddress.Loopback, (ushort)((IPEndPoint)_listener.LocalEndPoint!).Port), HttpProtocol.Http2) with
        {
            KeepAliveInterval = s_interval,
            KeepAliveTimeout = HttpMesh.Forever,
            KeepAliveWhileIdle = true,
        };
        Linkerd.Proxy.Stack.HttpClient client = _mesh.Clients.Create(target, HttpMesh.NoMetrics.Instance);
        _mesh.Worker.Loop.Post(static c => ((Linkerd.Proxy.Stack.HttpClient)c!).Prime(), client);

        List<TimeSpan> gaps = await served.WaitAsync(Harness.Limit);

        // A timer may be late, but never early: the loop counts in milliseconds.
        for (int i = 0; i < gaps.Count; i++) Assert.True(gaps[i] >= (s_interval * (1 << i)) - TimeSpan.FromMilliseconds(2), $"connection {i}: pings {gaps[i]} apart");
    }

    // Answers two pings, and ends the connection at the third as gRPC servers do; the time between the last two.
    private TimeSpan ServeUntilTooMuch()
    {
        using Socket socket = _listener.Accept();
        using var stream = new NetworkStream(socket);
        stream.ReadExactly(new byte["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".Length]);
        stream.Write([0, 0, 0, 4, 0, 0, 0, 0, 0]);
        long previous = 0;
        for (int pings = 0; ;)
        {
            var head = new byte[9];
            stream.ReadExactly(head);
            var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
            stream.ReadExactly(payload);
            const byte Settings = 4, Ping = 6, Ack = 1;
            if (head[3] == Settings && head[4] != Ack) stream.Write([0, 0, 0, Settings, Ack, 0, 0, 0, 0]);
            if (head[3] != Ping) continue;
            if (++pings == 3)
            {
                stream.Write([0, 0, 22, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11, .. "too_many_pings"u8]);
                return Stopwatch.GetElapsedTime(previous);
            }

            previous = Stopwatch.GetTimestamp();
            stream.Write([0, 0, 8, Ping, Ack, 0, 0, 0, 0, .. payload]);
        }
    }
}
