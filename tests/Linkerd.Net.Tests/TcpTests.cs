using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Linkerd.Net;
using Linkerd.Testing;

namespace Linkerd.Net.Tests;

public sealed class TcpTests
{
    [Theory]
    [InlineData("127.0.0.1:0")]
    [InlineData("[::1]:0")]
    [InlineData("[::]:0")]
    public void Echo(string address)
    {
        using var harness = new Harness();
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = new Probe(t, echo: true), address: SocketAddress.Parse(address));
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        if (address == "[::]:0") socket.Connect("127.0.0.1", listener.LocalAddress.Port);
        else socket.Connect(listener.LocalAddress.ToIPEndPoint());
        socket.Send("hello"u8);
        Assert.Equal("hello", ReadText(socket, 5));
    }

    [Fact]
    public async Task Peer_half_closes_and_still_gets_the_answer()
    {
        using var harness = new Harness();
        Probe? probe = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = probe = new Probe(t)
        {
            Keep = true,
            ReadEnded = transport =>
            {
                transport.Write("the answer"u8);
                transport.CloseWrite();
            },
        });
        using Socket socket = Harness.Dial(listener);
        socket.Send("question"u8);
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal("the answer", ReadToEnd(socket));
        Assert.True((await probe!.Closed).IsNone);
        Assert.Equal("question", probe.Text);
        Assert.Equal(1, probe.ClosedCalls);
    }

    [Fact]
    public async Task We_half_close_and_still_read()
    {
        using var harness = new Harness();
        Probe? probe = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t =>
        {
            t.Handler = probe = new Probe(t) { Keep = true };
            t.Write("bye"u8);
            t.CloseWrite();
        });
        using Socket socket = Harness.Dial(listener);
        Assert.Equal("bye", ReadToEnd(socket));
        socket.Send("late words"u8);
        socket.Shutdown(SocketShutdown.Send);
        Assert.True((await probe!.Closed).IsNone);
        Assert.Equal("late words", probe.Text);
    }

    [Fact]
    public async Task Data_that_comes_with_the_end_is_read_whole()
    {
        using var harness = new Harness();
        byte[] data = new byte[3_000_000];
        Random.Shared.NextBytes(data);
        for (int round = 0; round < 10; round++)
        {
            Probe? probe = null;
            using Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = probe = new Probe(t, echo: true) { Keep = true });
            using (Socket socket = Harness.Dial(listener))
            {
                Task<byte[]> reading = Task.Run(() => ReadAll(socket));
                socket.Send(data);
                socket.Shutdown(SocketShutdown.Send);
                Assert.Equal(data, await reading.WaitAsync(Harness.Limit));
            }

            Assert.True((await probe!.Closed).IsNone);
            await harness.On(listener.Dispose);
        }
    }

    [Fact]
    public async Task A_slow_reader_pushes_back_and_loses_nothing()
    {
        using var harness = new Harness();
        Probe? probe = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = probe = new Probe(t, echo: true));
        using Socket socket = Harness.Dial(listener);
        socket.Blocking = false;
        byte[] chunk = new byte[65536];
        long sent = 0;
        // Nobody reads the echo: sending must stall, with bounded memory on our side.
        long stalledSince = 0;
        while (stalledSince == 0 || Stopwatch.GetElapsedTime(stalledSince).TotalMilliseconds < 150)
        {
            int taken = socket.Send(chunk, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success)
            {
                sent += taken;
                stalledSince = 0;
            }
            else
            {
                if (stalledSince == 0) stalledSince = Stopwatch.GetTimestamp();
                await Task.Delay(1);
            }

            Assert.True(sent < 200_000_000, "no back-pressure");
        }

        long pending = await harness.On(() => probe!.Transport.PendingOutput);
        Assert.InRange(pending, 1, 2 * 1024 * 1024);
        socket.Blocking = true;
        socket.Shutdown(SocketShutdown.Send);
        long received = await Task.Run(() => ReadAll(socket).LongLength).WaitAsync(Harness.Limit);
        Assert.Equal(sent, received);
        Assert.True((await probe!.Closed).IsNone);
    }

    [Fact]
    public async Task A_reset_is_reported_once_and_later_writes_are_harmless()
    {
        using var harness = new Harness();
        Probe? probe = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = probe = new Probe(t));
        Socket socket = Harness.Dial(listener);
        socket.Send("x"u8);
        await Eventually.TrueAsync(() => probe?.Received == 1);
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        TransportFault fault = await probe!.Closed;
        Assert.Equal(TransportFault.Io(Errno.ECONNRESET), fault);
        await harness.On(() =>
        {
            probe.Transport.Write("into the void"u8);
            probe.Transport.GetSpan(100).Clear();
            probe.Transport.Advance(100);
            probe.Transport.CloseWrite();
            probe.Transport.Close();
            probe.Transport.Abort();
            Assert.Equal(0, probe.Transport.PendingOutput);
        });
        await harness.On(() => { });
        Assert.Equal(1, probe.ClosedCalls);
        Assert.Equal(0, await harness.On(() => harness.Loop.Buffers.RentedBytes));
    }

    [Fact]
    public async Task A_reset_after_the_peers_end_is_noticed()
    {
        using var harness = new Harness();
        Probe? probe = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = probe = new Probe(t));
        Socket socket = Harness.Dial(listener);
        await Eventually.TrueAsync(() => probe is not null);
        socket.Shutdown(SocketShutdown.Send);
        await probe!.ReadClosed;
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        Assert.Equal(TransportFaultKind.Io, (await probe.Closed).Kind);
    }

    [Fact]
    public async Task An_end_is_sent_although_the_peers_last_bytes_were_not_taken()
    {
        using var harness = new Harness();
        Probe? probe = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = probe = new Probe(t) { OnBytes = static (_, _) => 0 });
        using Socket socket = Harness.Dial(listener);
        socket.Send("half a mess"u8);
        socket.Shutdown(SocketShutdown.Send);
        await Eventually.TrueAsync(() => probe is not null);
        await probe!.ReadClosed;
        await harness.On(probe.Transport.CloseWrite);
        Assert.Equal(0, socket.Receive(new byte[1]));
    }

    /// <summary>A handler that never takes its last 40 KiB: what is kept stays in a large buffer, whose end is reached in time.</summary>
    [Fact]
    public async Task A_large_rest_always_leaves_room_for_more()
    {
        const int Left = 40 * 1024, Size = 4 * 1024 * 1024;
        using var harness = new Harness();
        Probe? probe = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = probe = new Probe(t) { OnBytes = static (_, data) => Math.Max(0, data.Length - Left) });
        using Socket socket = Harness.Dial(listener);
        byte[] sent = new byte[Size];
        new Random(1).NextBytes(sent);
        await Task.Run(() => socket.Send(sent)).WaitAsync(Harness.Limit);
        socket.Shutdown(SocketShutdown.Send);
        await Eventually.TrueAsync(() => probe is not null);
        await probe!.ReadClosed;
        Assert.Equal(sent.AsSpan(0, Size - Left).ToArray(), probe.Data.SelectMany(static d => d).ToArray());
        Assert.Equal(Size, probe.Transport.BytesRead);
    }

    [Fact]
    public async Task Close_waits_for_a_slow_reader()
    {
        using var harness = new Harness();
        Probe? probe = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = probe = new Probe(t));
        using Socket socket = Harness.Dial(listener);
        await Eventually.TrueAsync(() => probe is not null);
        const int Length = 16 * 1024 * 1024;
        await harness.On(() =>
        {
            probe!.Transport.Write(new byte[Length]);
            probe.Transport.Close();
        });
        long closedAt = Stopwatch.GetTimestamp();

        // Longer than a peer has that took everything and does not end.
        await Eventually.TrueAsync(() => Stopwatch.GetElapsedTime(closedAt) > Transport.LingerLimit * 1.1);
        Assert.Equal(Length, (await Task.Run(() => ReadAll(socket)).WaitAsync(Harness.Limit)).Length);
        Assert.True((await probe!.Closed).IsNone);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Close_gives_up_on_a_peer_that_takes_nothing(bool hasEnded)
    {
        using var harness = new Harness();
        Probe? probe = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t =>
        {
            t.DrainLimit = TimeSpan.FromMilliseconds(50);
            t.Handler = probe = new Probe(t);
        });
        using Socket socket = Harness.Dial(listener);
        await Eventually.TrueAsync(() => probe is not null);
        if (hasEnded)
        {
            socket.Shutdown(SocketShutdown.Send);
            await probe!.ReadClosed;
        }

        await harness.On(() =>
        {
            probe!.Transport.Write(new byte[16 * 1024 * 1024]);
            probe.Transport.Close();
        });
        Assert.Equal(TransportFaultKind.Timeout, (await probe!.Closed).Kind);
        Assert.Throws<SocketException>(() => ReadAll(socket));
    }

    [Fact]
    public async Task A_reset_is_noticed_while_reading_is_paused()
    {
        using var harness = new Harness();
        Probe? probe = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t =>
        {
            t.Handler = probe = new Probe(t);
            t.PauseReading();
        });
        Socket socket = Harness.Dial(listener);
        socket.Send("never read"u8);
        await Eventually.TrueAsync(() => probe is not null);
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        Assert.Equal(Errno.ECONNRESET, (await probe!.Closed).Errno);
        Assert.Equal(0, probe.Received);
    }

    [Fact]
    public async Task Abort_resets_the_peer_and_closes_once()
    {
        using var harness = new Harness();
        Probe? probe = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = probe = new Probe(t)
        {
            OnBytes = (transport, data) =>
            {
                transport.Write("unsent"u8);
                transport.Abort();
                return data.Length;
            },
        });
        using Socket socket = Harness.Dial(listener);
        socket.Send("x"u8);
        SocketException exception = Assert.Throws<SocketException>(() => socket.Receive(new byte[10]));
        Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
        Assert.Equal(TransportFaultKind.Aborted, (await probe!.Closed).Kind);
        Assert.Equal(1, probe.ClosedCalls);
    }

    [Fact]
    public async Task Close_delivers_everything_pending_although_the_peer_keeps_sending()
    {
        using var harness = new Harness();
        byte[] answer = new byte[4_000_000];
        Probe? probe = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = probe = new Probe(t)
        {
            OnBytes = (transport, data) =>
            {
                transport.Write(answer);
                transport.Close();
                return 0;
            },
        });
        using Socket socket = Harness.Dial(listener);
        socket.Send(new byte[200_000]);
        Assert.Equal(answer.Length, ReadAll(socket).Length);
        socket.Shutdown(SocketShutdown.Send);
        Assert.True((await probe!.Closed).IsNone);
    }

    [Fact]
    public async Task Unconsumed_bytes_are_offered_again_and_to_the_next_handler()
    {
        using var harness = new Harness();
        Probe? second = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = new Probe(t)
        {
            OnBytes = (transport, data) =>
            {
                if (data.Length < 6) return 0;
                transport.Handler = second = new Probe(transport) { Keep = true };
                return 4;
            },
        });
        using Socket socket = Harness.Dial(listener);
        foreach (byte b in "headbody"u8.ToArray())
        {
            socket.Send([b]);
            await harness.On(() => { });
        }

        await Eventually.TrueAsync(() => second?.Text == "body");
        Assert.Equal(0, await harness.On(() => harness.Loop.Buffers.RentedBytes));
    }

    [Fact]
    public async Task Paused_bytes_are_kept_and_come_before_the_end()
    {
        using var harness = new Harness();
        bool refuse = true;
        Probe? probe = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = probe = new Probe(t)
        {
            OnBytes = (transport, data) =>
            {
                if (!refuse) return data.Length;
                transport.PauseReading();
                return 0;
            },
        });
        using Socket socket = Harness.Dial(listener);
        socket.Send(new byte[100_000]);
        socket.Shutdown(SocketShutdown.Send);
        await Eventually.TrueAsync(() => probe?.Transport.IsReadingPaused == true);
        await harness.On(() => { });
        Assert.False(probe!.ReadClosed.IsCompleted);
        await harness.On(() =>
        {
            refuse = false;
            probe.Transport.ResumeReading();
        });
        await probe.ReadClosed;
        Assert.Equal(100_000, probe.Received);
    }

    [Fact]
    public async Task A_handler_that_never_consumes_is_ended()
    {
        using var harness = new Harness();
        Probe? probe = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = probe = new Probe(t) { OnBytes = (_, _) => 0 });
        using Socket socket = Harness.Dial(listener);
        await Eventually.TrueAsync(() => probe is not null);
        try
        {
            for (int i = 0; i < 100; i++) socket.Send(new byte[16_384]);
        }
        catch (SocketException)
        {
            // The reset may come while still sending.
        }

        Assert.Equal(TransportFaultKind.InputOverflow, (await probe!.Closed).Kind);
        Assert.Equal(0, await harness.On(() => harness.Loop.Buffers.RentedBytes));
    }

    [Fact]
    public async Task A_handler_that_throws_loses_its_connection_only()
    {
        using var harness = new Harness { ExpectsErrors = true };
        Probe? probe = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = probe = new Probe(t) { OnBytes = (_, _) => throw new InvalidOperationException("on purpose") });
        using Socket socket = Harness.Dial(listener);
        socket.Send("x"u8);
        await Eventually.TrueAsync(() => probe is not null);
        Assert.Equal(TransportFaultKind.Handler, (await probe!.Closed).Kind);
    }

    [Fact]
    public async Task An_accept_handler_that_throws_loses_one_connection()
    {
        using var harness = new Harness { ExpectsErrors = true };
        int count = 0;
        Linkerd.Net.TcpListener listener = Linkerd.Net.TcpListener.Bind(SocketAddress.LoopbackV4);
        Socket[] sockets = Enumerable.Range(0, 5).Select(_ => Harness.Dial(listener)).ToArray();
        await harness.On(() => listener.Start(harness.Loop, new Throwing(() => count++)));
        await Eventually.TrueAsync(() => Volatile.Read(ref count) == 5);
        foreach (Socket socket in sockets) Assert.Throws<SocketException>(() => socket.Receive(new byte[1]));
    }

    [Fact]
    public async Task Many_connections_at_once()
    {
        using var harness = new Harness();
        int closed = 0;
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = new Probe(t, echo: true));
        Socket[] sockets = Enumerable.Range(0, 500).Select(_ => Harness.Dial(listener)).ToArray();
        byte[] message = Encoding.ASCII.GetBytes(new string('m', 1000));
        for (int round = 0; round < 3; round++)
        {
            foreach (Socket socket in sockets) socket.Send(message);
            foreach (Socket socket in sockets) Assert.Equal(message, ReadExactly(socket, message.Length));
        }

        // Idle connections hold no buffers.
        Assert.Equal(0, await harness.On(() => harness.Loop.Buffers.RentedBytes));
        foreach (Socket socket in sockets)
        {
            socket.Dispose();
            closed++;
        }

        Assert.Equal(500, closed);
    }

    [Fact]
    public async Task Connect_refused_timed_out_and_good()
    {
        using var harness = new Harness();
        using Socket foreign = Harness.ForeignListener();
        SocketAddress good = SocketAddress.From((System.Net.IPEndPoint)foreign.LocalEndPoint!);
        TcpTransport transport = await (await harness.On(() => TcpConnector.ConnectAsync(harness.Loop, good, Harness.Limit))).WaitAsync(Harness.Limit);
        Assert.Equal(good, transport.RemoteAddress);
        await harness.On(() => transport.Abort());

        using Socket bound = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        SocketAddress refused = SocketAddress.From((System.Net.IPEndPoint)bound.LocalEndPoint!);
        NetException error = await Assert.ThrowsAsync<NetException>(async () => await (await harness.On(() => TcpConnector.ConnectAsync(harness.Loop, refused, Harness.Limit))).WaitAsync(Harness.Limit));
        Assert.Equal(Errno.ECONNREFUSED, error.Errno);

        // A listener whose queue is full drops SYNs.
        bound.Listen(0);
        var fillers = new List<Socket>();
        for (int i = 0; i < 4; i++)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            try
            {
                filler.Connect(bound.LocalEndPoint!);
            }
            catch (SocketException)
            {
                // In progress.
            }

            fillers.Add(filler);
        }

        await Task.Delay(20);
        error = await Assert.ThrowsAsync<NetException>(async () => await (await harness.On(() => TcpConnector.ConnectAsync(harness.Loop, refused, TimeSpan.FromMilliseconds(50)))).WaitAsync(Harness.Limit));
        Assert.Equal(Errno.ETIMEDOUT, error.Errno);
        fillers.ForEach(f => f.Dispose());
    }

    [Fact]
    public async Task A_busy_connection_does_not_starve_others()
    {
        using var harness = new Harness();
        Probe? flood = null;
        int connections = 0;
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = connections++ == 0 ? flood = new Probe(t) : new Probe(t, echo: true));
        using Socket busy = Harness.Dial(listener);
        await Eventually.TrueAsync(() => flood is not null);
        using Socket polite = Harness.Dial(listener);
        using var stop = new CancellationTokenSource();
        Task flooding = Task.Run(() =>
        {
            byte[] data = new byte[1_000_000];
            while (!stop.IsCancellationRequested) busy.Send(data);
        });
        await Eventually.TrueAsync(() => flood!.Received > 1_000_000);
        for (int i = 0; i < 50; i++)
        {
            polite.Send("ping"u8);
            Assert.Equal("ping", ReadText(polite, 4));
        }

        await stop.CancelAsync();
        await flooding.WaitAsync(Harness.Limit);
        Assert.True(flood!.Received > 0);
    }

    [Fact]
    public async Task Reuse_port_spreads_over_loops()
    {
        using var first = new Harness();
        using var second = new Harness();
        var options = new TcpListenerOptions { ReusePort = true };
        int a = 0, b = 0;
        Linkerd.Net.TcpListener one = first.Listen(t => { Interlocked.Increment(ref a); t.Abort(); }, options);
        Linkerd.Net.TcpListener two = second.Listen(t => { Interlocked.Increment(ref b); t.Abort(); }, options, one.LocalAddress);
        for (int i = 0; i < 200; i++) Harness.Dial(two).Dispose();
        await Eventually.TrueAsync(() => Volatile.Read(ref a) + Volatile.Read(ref b) == 200);
        Assert.True(a > 20 && b > 20, $"{a} and {b}");
    }

    [Fact]
    public async Task Options_reach_the_kernel()
    {
        using var harness = new Harness();
        TcpTransport? accepted = null;
        Linkerd.Net.TcpListener listener = harness.Listen(t => accepted = t, new TcpListenerOptions
        {
            Accepted = new SocketOptions { KeepAlive = TimeSpan.FromSeconds(10), UserTimeout = TimeSpan.FromSeconds(30) },
        });
        using Socket socket = Harness.Dial(listener);
        await Eventually.TrueAsync(() => accepted is not null);
        Assert.Equal(1, SocketCalls.Get(accepted!.Descriptor, Interop.Const.SolSocket, Interop.Const.SoKeepAlive));
        Assert.Equal(10, SocketCalls.Get(accepted.Descriptor, Interop.Const.SolTcp, Interop.Const.TcpKeepIdle));
        Assert.Equal(30_000, SocketCalls.Get(accepted.Descriptor, Interop.Const.SolTcp, Interop.Const.TcpUserTimeout));
        Assert.Equal(1, SocketCalls.Get(accepted.Descriptor, Interop.Const.SolTcp, Interop.Const.TcpNoDelay));
        Assert.False(accepted.TryGetOriginalDestination(out _));
    }

    [Fact]
    public void An_address_in_use_is_an_error_that_names_it()
    {
        using Linkerd.Net.TcpListener listener = Linkerd.Net.TcpListener.Bind(SocketAddress.LoopbackV4);
        NetException error = Assert.Throws<NetException>(() => Linkerd.Net.TcpListener.Bind(listener.LocalAddress));
        Assert.Equal(Errno.EADDRINUSE, error.Errno);
        Assert.Contains(listener.LocalAddress.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_the_loop_closes_what_is_open()
    {
        Probe? probe = null;
        var harness = new Harness();
        Linkerd.Net.TcpListener listener = harness.Listen(t => t.Handler = probe = new Probe(t));
        using Socket socket = Harness.Dial(listener);
        await Eventually.TrueAsync(() => probe is not null);
        harness.Dispose();
        Assert.Equal(TransportFaultKind.LoopStopped, (await probe!.Closed).Kind);
    }

    private sealed class Throwing(Action called) : IAcceptHandler
    {
        public void OnAccepted(TcpTransport transport)
        {
            called();
            throw new InvalidOperationException("on purpose");
        }

        public void OnAcceptError(int errno)
        {
        }
    }

    internal static string ReadText(Socket socket, int count) => Encoding.ASCII.GetString(ReadExactly(socket, count));

    internal static byte[] ReadExactly(Socket socket, int count)
    {
        byte[] buffer = new byte[count];
        for (int read = 0; read < count;)
        {
            int n = socket.Receive(buffer, read, count - read, SocketFlags.None);
            if (n == 0) throw new EndOfStreamException($"after {read} of {count} bytes");
            read += n;
        }

        return buffer;
    }

    internal static byte[] ReadAll(Socket socket)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[65536];
        for (int n; (n = socket.Receive(buffer)) > 0;) all.Write(buffer, 0, n);
        return all.ToArray();
    }

    internal static string ReadToEnd(Socket socket) => Encoding.ASCII.GetString(ReadAll(socket));
}
