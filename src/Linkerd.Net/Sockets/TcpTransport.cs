using System.Runtime.InteropServices;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>A connected TCP socket on an event loop.</summary>
public sealed unsafe class TcpTransport : Transport, IReadiness
{
    /// <summary>Bytes read from one connection before others get their turn.</summary>
    internal const int ReadBudget = 256 * 1024;

    private const int DirectWriteThreshold = 16 * 1024;
    private const int MaxVectors = 64;

    private readonly YieldedRead _yieldedRead;
    private readonly long _key;
    private SocketAddress _local;
    private readonly SocketAddress _remote;
    private LoopTimer? _linger;
    private bool _readable = true;
    private bool _writable = true;
    private bool _hangup;
    private bool _yielded;
    private bool _shutdownDone;
    private long _lingerMark;

    /// <summary>Takes over a connected, non-blocking socket.</summary>
    internal TcpTransport(EventLoop loop, int fd, SocketAddress remote, long key = 0)
        : base(loop)
    {
        Descriptor = fd;
        _remote = remote;
        _yieldedRead = new YieldedRead(this);
        _readable = false;
        _key = key != 0 ? key : loop.Register(fd, this);
        if (key != 0) loop.Retarget(key, this);
    }

    /// <summary>The descriptor; -1 once closed.</summary>
    public int Descriptor { get; private set; }

    public override SocketAddress LocalAddress
    {
        get
        {
            if (_local.IsNone && Descriptor >= 0) _local = SocketCalls.LocalAddress(Descriptor).Unmap();
            return _local;
        }
    }

    public override SocketAddress RemoteAddress => _remote;

    public override long PendingOutput => Output.Length;

    /// <summary>How long <see cref="Close"/> waits while the peer takes none of what is pending. Default 60 s.</summary>
    internal TimeSpan DrainLimit { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes arriving are moved by this rather than read.</summary>
    internal SplicePump? Pump { get; set; }

    /// <summary>A pump that writes to this socket and waits for room.</summary>
    internal SplicePump? Feeder { get; set; }

    internal bool CanWriteDirectly => _writable && Output.Length == 0 && !IsClosed && !IsWriteClosed;

    /// <summary>Applies keep-alive and the like. Errors are ignored: an option a kernel lacks must not end a connection.</summary>
    public void Configure(SocketOptions options)
    {
        if (Descriptor >= 0) SocketCalls.Apply(Descriptor, options);
    }

    /// <summary>Where the client wanted to go before iptables redirected it here; false when it was not redirected.</summary>
    public bool TryGetOriginalDestination(out SocketAddress destination) => OriginalDestination.TryGet(Descriptor, LocalAddress, out destination);

    public override void Write(ReadOnlySpan<byte> data)
    {
        // A large piece with nothing before it goes out without a copy; coalescing gains nothing there.
        if (data.Length >= DirectWriteThreshold && CanWriteDirectly)
        {
            int sent = SendNow(data);
            if (sent < 0) return;
            if (sent == data.Length)
            {
                ScheduleDeferred();
                return;
            }

            data = data[sent..];
        }

        base.Write(data);
    }

    public override void Flush()
    {
        if (IsClosed) return;
        if (Output.Length == 0)
        {
            Output.Clear();
            FinishWriting();
            NotifyDrained();
            return;
        }

        if (!_writable) return;
        while (Output.Length > 0)
        {
            nint sent = Output.Head!.Next is null ? SendHead(Output.Head) : SendChain();
            if (sent < 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.EINTR) continue;
                if (errno == Errno.EAGAIN) _writable = false;
                else Fail(TransportFault.Io(errno));
                return;
            }

            BytesWritten += sent;
            Output.Consume(sent);
        }

        FinishWriting();
        NotifyDrained();
    }

    public override void CloseWrite()
    {
        if (IsWriteClosed) return;
        IsWriteClosed = true;
        ScheduleDeferred();
    }

    public override void Close()
    {
        if (IsClosed || Discarding) return;
        Discarding = true;
        CloseWrite();
        DropRest();
        if (IsReadClosed && Output.Length == 0) return;
        _lingerMark = BytesWritten;
        _linger = new LoopTimer(Loop, static self => ((TcpTransport)self!).OnLingered(), this);
        _linger.Start(Output.Length > 0 ? DrainLimit : LingerLimit);
        if (_readable || IsReadingPaused) ScheduleRead();
    }

    public override void Abort(TransportFaultKind reason = TransportFaultKind.Aborted)
    {
        if (IsClosed) return;
        SocketCalls.ResetOnClose(Descriptor);
        Finish(new TransportFault(reason));
    }

    void IReadiness.OnReady(uint events)
    {
        if (IsClosed) return;
        if ((events & (Const.EpollRdHup | Const.EpollHup | Const.EpollErr)) != 0) _hangup = true;
        if ((events & (Const.EpollIn | Const.EpollRdHup | Const.EpollHup | Const.EpollErr)) != 0)
        {
            _readable = true;
            if ((events & Const.EpollErr) != 0 && ((!WantsInput && !Discarding) || IsReadClosed))
            {
                // Nobody reads who would be told of it.
                Fail(TransportFault.Io(SocketCalls.TakeError(Descriptor) is var errno and not 0 ? errno : Errno.EIO));
                return;
            }

            if (!_yielded) ReadLoop();
        }

        if ((events & Const.EpollOut) == 0 || IsClosed || _writable) return;
        _writable = true;
        Feeder?.OnTargetWritable();
        Flush();
    }

    void IReadiness.OnLoopStopped() => Abort(TransportFaultKind.LoopStopped);

    /// <summary>Marks the socket full until the kernel says otherwise; for a pump that writes past the output chain.</summary>
    internal void MarkFull() => _writable = false;

    internal void MarkDrained() => _readable = false;

    internal void CountRead(long bytes) => BytesRead += bytes;

    internal void CountWritten(long bytes) => BytesWritten += bytes;

    internal void FailFromPump(int errno) => Fail(TransportFault.Io(errno));

    internal void EndFromPump() => OnPeerEnded();

    internal void ScheduleRead()
    {
        if (_yielded || IsClosed) return;
        _yielded = true;
        Loop.Yield(_yieldedRead);
    }

    protected override void OnReadingWanted()
    {
        if (_readable && WantsInput) ScheduleRead();
    }

    private protected override void Release(TransportFault fault)
    {
        Loop.Unregister(_key);
        _ = LocalAddress;
        _linger?.Stop();
        Pump?.OnTransportClosed();
        Feeder?.OnTransportClosed();
        _ = Libc.Close(Descriptor);
        Descriptor = -1;
    }

    private void ReadLoop()
    {
        DeliverDueRest();
        int budget = ReadBudget;
        while (_readable && (WantsInput || Discarding) && !IsClosed && !IsReadClosed)
        {
            if (Pump is { } pump)
            {
                pump.Run();
                return;
            }

            if (budget <= 0)
            {
                ScheduleRead();
                return;
            }

            if (InputBuffer(BufferSize.Large) is not { } buffer) return;
            int room = buffer.Length - buffer.End;
            nint count = Libc.Recv(Descriptor, buffer.Pointer + buffer.End, (nuint)room, 0);
            if (count > 0)
            {
                budget -= (int)count;
                Accept(buffer, (int)count, room);
                continue;
            }

            int errno = count == 0 ? 0 : Marshal.GetLastPInvokeError();
            KeepUnchanged(buffer);
            if (errno == Errno.EINTR) continue;
            _readable = false;
            if (errno == Errno.EAGAIN) return;
            if (errno == 0) OnPeerEnded();
            else Fail(TransportFault.Io(errno));
            return;
        }
    }

    private void Accept(LoopBuffer buffer, int count, int room)
    {
        BytesRead += count;
        // A short read means the socket is empty, and the next byte makes a new edge; but not when the end already came with it.
        if (count < room && !_hangup) _readable = false;
        if (Discarding)
        {
            Loop.Buffers.Return(buffer);
            return;
        }

        buffer.End += count;
        Deliver(buffer);
    }

    private void OnPeerEnded()
    {
        if (!Discarding) PeerEnded();
        IsReadClosed = true;
        FinishWriting();
    }

    /// <summary>After everything was sent: our FIN if asked for, and the end when both directions have ended.</summary>
    private void FinishWriting()
    {
        if (IsClosed || !IsWriteClosed || Output.Length > 0) return;
        if (!_shutdownDone)
        {
            _shutdownDone = true;
            if ((!IsReadClosed || RetainedInput > 0) && Libc.Shutdown(Descriptor, Const.ShutWrite) < 0)
            {
                Fail(TransportFault.Io(Marshal.GetLastPInvokeError()));
                return;
            }

            _linger?.Start(LingerLimit);
        }

        if (IsReadClosed && RetainedInput == 0) Finish(default);
    }

    /// <summary>After <see cref="Close"/>: what is pending may take its time, as long as the peer takes some of it.</summary>
    private void OnLingered()
    {
        if (Output.Length == 0)
        {
            Finish(default);
        }
        else if (BytesWritten == _lingerMark)
        {
            Abort(TransportFaultKind.Timeout);
        }
        else
        {
            _lingerMark = BytesWritten;
            _linger!.Start(DrainLimit);
        }
    }

    private int SendNow(ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            while (true)
            {
                nint sent = Libc.Send(Descriptor, start, (nuint)data.Length, Const.MsgNoSignal);
                if (sent >= 0)
                {
                    BytesWritten += sent;
                    return (int)sent;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (errno == Errno.EINTR) continue;
                if (errno == Errno.EAGAIN)
                {
                    _writable = false;
                    return 0;
                }

                Fail(TransportFault.Io(errno));
                return -1;
            }
        }
    }

    private nint SendHead(LoopBuffer head) => Libc.Send(Descriptor, head.Pointer + head.Start, (nuint)head.Used, Const.MsgNoSignal);

    private nint SendChain()
    {
        Libc.IoVec* vectors = stackalloc Libc.IoVec[MaxVectors];
        int count = 0;
        for (LoopBuffer? buffer = Output.Head; buffer is not null && count < MaxVectors; buffer = buffer.Next)
        {
            if (buffer.Used == 0) continue;
            vectors[count].Base = buffer.Pointer + buffer.Start;
            vectors[count].Length = (nuint)buffer.Used;
            count++;
        }

        Libc.MsgHdr message = default;
        message.Vectors = vectors;
        message.VectorCount = (nuint)count;
        return Libc.SendMsg(Descriptor, &message, Const.MsgNoSignal);
    }

    private sealed class YieldedRead(TcpTransport owner) : IDeferred
    {
        public void RunDeferred()
        {
            owner._yielded = false;
            if (!owner.IsClosed) owner.ReadLoop();
        }
    }
}
