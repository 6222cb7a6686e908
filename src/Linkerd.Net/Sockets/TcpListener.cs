using System.Runtime.InteropServices;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>
/// A listening socket. <see cref="Bind"/> anywhere, early, so that a port in use is an error at start-up; then <see cref="Start"/> on
/// the loop that is to serve it.
/// </summary>
public sealed unsafe class TcpListener : IReadiness, IDeferred, IDisposable
{
    private const int FirstPauseMillis = 10, LongestPauseMillis = 1000;

    private readonly TcpListenerOptions _options;
    private EventLoop? _loop;
    private IAcceptHandler? _handler;
    private LoopTimer? _resume;
    private long _key;
    private int _fd;
    private int _pauseMillis = FirstPauseMillis;
    private bool _exhausted;
    private bool _yielded;

    private TcpListener(int fd, SocketAddress local, TcpListenerOptions options)
    {
        _fd = fd;
        LocalAddress = local;
        _options = options;
    }

    /// <summary>The address listened on, with the port that the system chose when 0 was asked for.</summary>
    public SocketAddress LocalAddress { get; }

    /// <summary>Times accepting paused because descriptors ran out.</summary>
    public long ExhaustionPauses { get; private set; }

    /// <summary>Binds and listens; connections queue in the kernel until <see cref="Start"/>.</summary>
    /// <exception cref="NetException">The address is in use, not ours or not allowed.</exception>
    public static TcpListener Bind(SocketAddress address, TcpListenerOptions? options = null)
    {
        options ??= new TcpListenerOptions();
        int fd = SocketCalls.Open(address);
        try
        {
            SocketCalls.Set(fd, Const.SolSocket, Const.SoReuseAddr, 1);
            if (options.ReusePort) SocketCalls.Set(fd, Const.SolSocket, Const.SoReusePort, 1);
            if (address.IsV6) SocketCalls.Set(fd, Const.SolIpv6, Const.Ipv6Only, options.DualStack ? 0 : 1);
            byte* native = stackalloc byte[SocketAddress.NativeSize];
            int length = address.WriteNative(new Span<byte>(native, SocketAddress.NativeSize));
            if (Libc.Bind(fd, native, (uint)length) < 0) throw NetException.Last($"bind {address}");
            if (Libc.Listen(fd, options.Backlog) < 0) throw NetException.Last($"listen {address}");
            return new TcpListener(fd, SocketCalls.LocalAddress(fd), options);
        }
        catch
        {
            _ = Libc.Close(fd);
            throw;
        }
    }

    /// <summary>Starts accepting on <paramref name="loop"/>; call on that loop, or before it runs.</summary>
    public void Start(EventLoop loop, IAcceptHandler handler)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(handler);
        if (_loop is not null) throw new InvalidOperationException("the listener was already started");
        _loop = loop;
        _handler = handler;
        _resume = new LoopTimer(loop, static self => ((TcpListener)self!).RetryAfterExhaustion(), this);
        _key = loop.Register(_fd, this);
    }

    /// <summary>Closes the socket: the kernel refuses new connections and resets queued ones. Accepted ones live on. On the loop once started.</summary>
    public void Dispose()
    {
        if (_fd < 0) return;
        _resume?.Stop();
        _loop?.Unregister(_key);
        _ = Libc.Close(_fd);
        _fd = -1;
    }

    void IReadiness.OnReady(uint events) => AcceptBatch();

    void IReadiness.OnLoopStopped() => Dispose();

    void IDeferred.RunDeferred()
    {
        _yielded = false;
        AcceptBatch();
    }

    private void AcceptBatch()
    {
        byte* native = stackalloc byte[SocketAddress.NativeSize];
        for (int i = 0; i < _options.AcceptBatch; i++)
        {
            if (_fd < 0 || _exhausted) return;
            uint length = SocketAddress.NativeSize;
            int fd = Libc.Accept(_fd, native, &length, Const.SockNonblock | Const.SockCloexec);
            if (fd >= 0)
            {
                bool last = ProcessLimits.EatsReserve(fd, _options.DescriptorReserve);
                Hand(fd, SocketAddress.FromNative(new ReadOnlySpan<byte>(native, (int)length)).Unmap());
                if (last)
                {
                    _handler!.OnAcceptError(Errno.EMFILE);
                    PauseForDescriptors();
                    return;
                }

                _pauseMillis = FirstPauseMillis;
            }
            else if (!GoOnAfter(Marshal.GetLastPInvokeError()))
            {
                return;
            }
        }

        ScheduleAccept();
    }

    private void Hand(int fd, SocketAddress remote)
    {
        TcpTransport transport;
        try
        {
            SocketCalls.Apply(fd, _options.Accepted);
            transport = new TcpTransport(_loop!, fd, remote);
        }
        catch (NetException exception)
        {
            // epoll refused it (its own limit, or memory): this connection is lost, the listener is not.
            _ = Libc.Close(fd);
            _handler!.OnAcceptError(exception.Errno);
            return;
        }

        try
        {
            _handler!.OnAccepted(transport);
        }
        catch (Exception exception) when (_loop!.Report(exception))
        {
            // The rest of the queue must not wait for the next edge.
            transport.Abort(TransportFaultKind.Handler);
        }
    }

    /// <summary>True when the next connection may be tried.</summary>
    private bool GoOnAfter(int errno)
    {
        if (errno == Errno.EAGAIN) return false;
        if (errno is Errno.EINTR) return true;
        _handler!.OnAcceptError(errno);
        if (errno is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM or Errno.ENOBUFS)
        {
            PauseForDescriptors();
            return false;
        }

        // The rest belongs to one connection that died in the queue (accept(2)): go on with the next.
        return true;
    }

    /// <summary>Retrying at once would spin: the queue stays readable while nothing can be accepted. No new edge comes either.</summary>
    private void PauseForDescriptors()
    {
        ExhaustionPauses++;
        _exhausted = true;
        _resume!.Start(TimeSpan.FromMilliseconds(_pauseMillis));
        _pauseMillis = Math.Min(_pauseMillis * 2, LongestPauseMillis);
    }

    private void RetryAfterExhaustion()
    {
        if (_options.DescriptorReserve > 0 && !HasFreeDescriptor())
        {
            PauseForDescriptors();
            return;
        }

        _exhausted = false;
        ScheduleAccept();
    }

    /// <summary>Asks the kernel for the descriptor that it would give next.</summary>
    private bool HasFreeDescriptor()
    {
        int next = Libc.Fcntl(_fd, Const.FcntlDuplicate, 0);
        if (next < 0) return false;
        _ = Libc.Close(next);
        return !ProcessLimits.EatsReserve(next, _options.DescriptorReserve);
    }

    private void ScheduleAccept()
    {
        if (_yielded || _loop is null || _fd < 0) return;
        _yielded = true;
        _loop.Yield(this);
    }
}
