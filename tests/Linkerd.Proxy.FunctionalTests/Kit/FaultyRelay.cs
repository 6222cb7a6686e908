using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Linkerd.Proxy.FunctionalTests.Kit;

/// <summary>What a relay does to the connections through it.</summary>
internal enum LinkState
{
    /// <summary>Carries everything.</summary>
    Up,

    /// <summary>A partition: connections stay, and nothing passes.</summary>
    Stalled,

    /// <summary>Nobody there: what is open is reset, what is new is reset at once.</summary>
    Refusing,

    /// <summary>Answers what is new with octets of no protocol.</summary>
    Babbling,
}

/// <summary>
/// A TCP relay that is a bad network: it delays, loses (a lost segment comes one retransmission later, as TCP shows it), stalls and resets.
/// </summary>
internal sealed class FaultyRelay : IAsyncDisposable
{
    private static readonly TimeSpan s_retransmission = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, byte> _open = new();
    private readonly NetworkNamespace _ns;
    private readonly IPEndPoint _target;
    private readonly Socket _listener;
    private readonly Task _accepting;
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile LinkState _state;
    private int _accepted;

    private FaultyRelay(NetworkNamespace ns, IPEndPoint listen, IPEndPoint target)
    {
        _ns = ns;
        _target = target;
        _listener = ns.Listen(listen);
        _accepting = AcceptAsync();
    }

    /// <summary>Connections taken so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Added to every segment, each way.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>The share of segments that is lost, 0 to 1.</summary>
    public double Loss { get; set; }

    public LinkState State
    {
        get => _state;
        set
        {
            _state = value;
            if (value is LinkState.Refusing or LinkState.Babbling)
                Reset();
            Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        }
    }

    public static FaultyRelay Start(NetworkNamespace ns, IPEndPoint listen, IPEndPoint target) => new(ns, listen, target);

    /// <summary>Resets every connection that is open.</summary>
    public void Reset()
    {
        foreach (var socket in _open.Keys)
            Abort(socket);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Reset();
        await _accepting;
        _stop.Dispose();
    }

    private static void Abort(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }

        socket.Dispose();
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

    private async Task ServeAsync(Socket near)
    {
        near.NoDelay = true;
        _open.TryAdd(near, 0);
        Socket? far = null;
        try
        {
            if (_state == LinkState.Refusing)
                return;
            if (_state == LinkState.Babbling)
            {
                await BabbleAsync(near);
                return;
            }

            await WhenUpAsync();
            far = await _ns.ConnectAsync(_target, _stop.Token);
            _open.TryAdd(far, 0);
            await Task.WhenAll(CarryAsync(near, far), CarryAsync(far, near));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side is gone; so is the other.
        }
        finally
        {
            _open.TryRemove(near, out _);
            Abort(near);
            if (far is not null)
            {
                _open.TryRemove(far, out _);
                Abort(far);
            }
        }
    }

    private async Task BabbleAsync(Socket near)
    {
        var noise = new byte[4096];
        Random.Shared.NextBytes(noise);
        await near.SendAsync(noise, _stop.Token);
        while (await near.ReceiveAsync(noise, _stop.Token) > 0)
        {
            // Until the peer has had enough.
        }
    }

    private async Task CarryAsync(Socket from, Socket to)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await from.ReceiveAsync(buffer, _stop.Token)) > 0)
            {
                await WhenUpAsync();
                var wait = Delay;
                while (Loss > 0 && Random.Shared.NextDouble() < Loss)
                    wait += s_retransmission;
                if (wait > TimeSpan.Zero)
                    await Task.Delay(wait, _stop.Token);
                for (var sent = 0; sent < read;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stop.Token);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception)
        {
            Abort(to);
            Abort(from);
            throw;
        }
    }

    private async Task WhenUpAsync()
    {
        while (_state == LinkState.Stalled)
            await _changed.Task.WaitAsync(_stop.Token);
    }
}
