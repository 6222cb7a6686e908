using System.Runtime.InteropServices;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>One attempt to connect.</summary>
public sealed unsafe class TcpConnector : IReadiness, IDeferred
{
    private readonly EventLoop _loop;
    private readonly SocketAddress _remote;
    private readonly LoopTimer _timeout;
    private IConnectHandler? _handler;
    private TransportFault _fault;
    private long _key;
    private int _fd = -1;
    private bool _connected;

    private TcpConnector(EventLoop loop, SocketAddress remote, IConnectHandler handler)
    {
        _loop = loop;
        _remote = remote;
        _handler = handler;
        _timeout = new LoopTimer(loop, static self => ((TcpConnector)self!).Fail(new TransportFault(TransportFaultKind.Timeout, Errno.ETIMEDOUT)), this);
    }

    /// <summary>Starts connecting; the handler hears of the result in this turn or a later one.</summary>
    public static TcpConnector Connect(EventLoop loop, SocketAddress remote, TimeSpan timeout, IConnectHandler handler, SocketOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(handler);
        var connector = new TcpConnector(loop, remote, handler);
        connector.Start(timeout, options ?? SocketOptions.Default);
        return connector;
    }

    /// <summary>Connects and resumes on the loop.</summary>
    /// <exception cref="NetException">Refused, unreachable or timed out: see its Errno.</exception>
    public static Task<TcpTransport> ConnectAsync(EventLoop loop, SocketAddress remote, TimeSpan timeout, SocketOptions? options = null)
    {
        var waiter = new ConnectWaiter(remote);
        Connect(loop, remote, timeout, waiter, options);
        return waiter.Task;
    }

    /// <summary>Gives up; the handler hears nothing more.</summary>
    public void Cancel()
    {
        _handler = null;
        Release(close: true);
    }

    void IReadiness.OnReady(uint events)
    {
        if (_fd < 0 || (events & (Const.EpollOut | Const.EpollErr | Const.EpollHup)) == 0) return;
        int errno = SocketCalls.TakeError(_fd);
        if (errno != 0) Fail(TransportFault.Io(errno));
        else Complete(events);
    }

    void IReadiness.OnLoopStopped() => Fail(new TransportFault(TransportFaultKind.LoopStopped));

    void IDeferred.RunDeferred()
    {
        if (_connected) Complete(events: 0);
        else Report(_fault);
    }

    private void Start(TimeSpan timeout, SocketOptions options)
    {
        try
        {
            _fd = SocketCalls.Open(_remote);
            if (ProcessLimits.EatsReserve(_fd, options.DescriptorReserve)) throw new NetException("socket", Errno.EMFILE);
            SocketCalls.Apply(_fd, options);
            byte* native = stackalloc byte[SocketAddress.NativeSize];
            int length = _remote.WriteNative(new Span<byte>(native, SocketAddress.NativeSize));
            if (Libc.Connect(_fd, native, (uint)length) == 0)
            {
                _connected = true;
                _loop.Defer(this);
                return;
            }

            int errno = Marshal.GetLastPInvokeError();
            if (errno is not (Errno.EINPROGRESS or Errno.EINTR)) throw new NetException("connect", errno);
            _key = _loop.Register(_fd, this);
            _timeout.Start(timeout);
        }
        catch (NetException exception)
        {
            Release(close: true);
            _fault = TransportFault.Io(exception.Errno);
            _loop.Defer(this);
        }
    }

    private void Complete(uint events)
    {
        if (_handler is not { } handler || _fd < 0) return;
        int fd = _fd;
        long key = _key;
        Release(close: false);
        TcpTransport transport;
        try
        {
            transport = new TcpTransport(_loop, fd, _remote.Unmap(), key);
        }
        catch (NetException exception)
        {
            _ = Libc.Close(fd);
            Report(TransportFault.Io(exception.Errno));
            return;
        }

        _handler = null;
        try
        {
            handler.OnConnected(transport);
        }
        catch (Exception exception) when (_loop.Report(exception))
        {
            transport.Abort(TransportFaultKind.Handler);
            return;
        }

        // A peer that speaks first may have been part of the same edge, which will not come again.
        if (events != 0) ((IReadiness)transport).OnReady(events);
    }

    private void Fail(TransportFault fault)
    {
        Release(close: true);
        Report(fault);
    }

    private void Report(TransportFault fault)
    {
        IConnectHandler? handler = _handler;
        _handler = null;
        handler?.OnConnectFailed(fault);
    }

    private void Release(bool close)
    {
        _timeout.Stop();
        if (_fd < 0) return;
        if (close)
        {
            if (_key != 0) _loop.Unregister(_key);
            _ = Libc.Close(_fd);
        }

        _fd = -1;
        _key = 0;
    }

    private sealed class ConnectWaiter(SocketAddress remote) : IConnectHandler
    {
        private readonly TaskCompletionSource<TcpTransport> _done = new();

        public Task<TcpTransport> Task => _done.Task;

        public void OnConnected(TcpTransport transport) => _done.TrySetResult(transport);

        public void OnConnectFailed(TransportFault fault) => _done.TrySetException(new NetException($"connect {remote}", fault.Errno));
    }
}
