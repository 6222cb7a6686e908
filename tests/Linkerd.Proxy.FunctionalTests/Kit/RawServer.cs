using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>A server whose every octet the scenario writes.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener;
    private readonly Func<RawConnection, Task> _serve;
    private readonly Task _accepting;
    private int _accepted;

    private RawServer(Socket listener, Func<RawConnection, Task> serve)
    {
        _listener = listener;
        _serve = serve;
        _accepting = AcceptAsync();
    }

    /// <summary>Connections taken so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    public static RawServer Start(Pod pod, int port, Func<RawConnection, Task> serve) => new(pod.Namespace.Listen(new IPEndPoint(IPAddress.Any, port)), serve);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                Interlocked.Increment(ref _accepted);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = new RawConnection(socket, _stop.Token);
        try
        {
            await _serve(connection);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
            // The peer or the test is gone.
        }
    }
}

/// <summary>A connection in octets, either end. Nothing waits longer than 20 s.</summary>
internal sealed class RawConnection(Socket socket, CancellationToken stop) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly List<byte> _received = [];

    public Socket Socket => socket;

    /// <summary>Connects from a pod.</summary>
    public static async Task<RawConnection> OpenAsync(Pod pod, string address, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(s_patience);
        return new RawConnection(await pod.Namespace.ConnectAsync(IPEndPoint.Parse(address), deadline.Token), stop);
    }

    /// <summary>Connects from a pod to a server that speaks first, again until it is heard: for the first connection of a scenario, while proxies still learn.</summary>
    public static async Task<RawConnection> OpenGreetedAsync(Pod pod, string address, string greeting, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(s_patience);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            try
            {
                var connection = await OpenAsync(pod, address, stop);
                await connection.ReceiveUntilAsync(greeting);
                return connection;
            }
            catch (Exception e) when (e is IOException or SocketException && !deadline.IsCancellationRequested)
            {
                await again.WaitForNextTickAsync(deadline.Token);
            }
        }
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var deadline = Deadline();
        for (var sent = 0; sent < bytes.Length;)
            sent += await socket.SendAsync(bytes[sent..], deadline.Token);
    }

    /// <summary>Receives until <paramref name="mark"/>, inclusive; what came before is returned with it. An end before it is an <see cref="IOException"/>.</summary>
    public async Task<string> ReceiveUntilAsync(string mark)
    {
        using var deadline = Deadline();
        var wanted = Encoding.Latin1.GetBytes(mark);
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var at = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_received).IndexOf(wanted);
            if (at >= 0)
            {
                var text = Encoding.Latin1.GetString([.. _received[..(at + wanted.Length)]]);
                _received.RemoveRange(0, at + wanted.Length);
                return text;
            }

            var read = await socket.ReceiveAsync(buffer, deadline.Token);
            if (read == 0)
                throw new IOException($"the connection ended after {Encoding.Latin1.GetString([.. _received])}");
            _received.AddRange(buffer.AsSpan(0, read));
        }
    }

    /// <summary>Receives until the peer ends; says whether it ended in order (true) or by a reset.</summary>
    public async Task<(byte[] Bytes, bool InOrder)> ReceiveToEndAsync()
    {
        using var deadline = Deadline();
        var buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await socket.ReceiveAsync(buffer, deadline.Token)) > 0)
                _received.AddRange(buffer.AsSpan(0, read));
            return ([.. _received], true);
        }
        catch (SocketException)
        {
            return ([.. _received], false);
        }
    }

    /// <summary>Ends by a reset.</summary>
    public void Abort()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public void Dispose() => socket.Dispose();

    private CancellationTokenSource Deadline()
    {
        var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(s_patience);
        return deadline;
    }
}
