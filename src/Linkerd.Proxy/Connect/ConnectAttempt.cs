using Linkerd.Net;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Identity;

namespace Linkerd.Proxy.Connect;

/// <summary>One connection being opened: TCP, TLS, transport header, within one time limit.</summary>
internal sealed class ConnectAttempt : IConnectHandler, ITlsHandshakeHandler
{
    private readonly TaskCompletionSource<Transport> _result = new();
    private readonly EventLoop _loop;
    private readonly ConnectTarget _target;
    private readonly TlsContexts? _contexts;
    private readonly SocketOptions _options;
    private readonly LoopTimer _timer;
    private TcpConnector? _connector;
    private TlsTransport? _tls;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _token;

    public ConnectAttempt(EventLoop loop, ConnectTarget target, TlsContexts? contexts, int descriptorReserve)
    {
        _loop = loop;
        _target = target;
        _contexts = contexts;
        _options = descriptorReserve == 0 ? target.Options : target.Options with { DescriptorReserve = descriptorReserve };
        _timer = new LoopTimer(loop, static self => ((ConnectAttempt)self!).OnTimeout(), this);
    }

    public ValueTask<Transport> Start(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return ValueTask.FromCanceled<Transport>(cancellation);
        _timer.Start(_target.Timeout);
        if (_target.Socket is { } path)
        {
            ConnectUnix(path);
            return new ValueTask<Transport>(_result.Task);
        }

        _connector = TcpConnector.Connect(_loop, _target.Address, _target.Timeout, this, _options);
        if (cancellation.CanBeCanceled)
        {
            _token = cancellation;
            _cancellation = cancellation.UnsafeRegister(static self => ((ConnectAttempt)self!).OnCancelled(), this);
        }

        return new ValueTask<Transport>(_result.Task);
    }

    public void OnConnected(TcpTransport transport)
    {
        _connector = null;
        if (_target.Tls is not { } tls)
        {
            Succeed(transport);
            return;
        }

        _tls = TlsTransport.Client(transport, _contexts!.Client, new TlsClientOptions
        {
            ServerName = tls.ServerName,
            ExpectedIdentity = tls.Identity.Name,
            Alpn = _target.Header is null ? [] : [TransportHeader.Alpn],
        }, this);
    }

    public void OnConnectFailed(TransportFault fault)
    {
        _connector = null;
        Fail(new ConnectException($"connect {_target.Address}: {fault}") { Errno = fault.Errno, IsTimeout = fault.Kind == TransportFaultKind.Timeout });
    }

    public void OnHandshakeCompleted(TlsTransport transport)
    {
        if (_target.Header is { } header)
        {
            if (transport.Alpn != TransportHeader.Alpn)
            {
                transport.Abort();
                Fail(new ConnectException($"{_target.Address} did not agree to {TransportHeader.Alpn}"));
                return;
            }

            transport.Write(TransportHeaderCodec.Encode(header));
        }

        Succeed(transport);
    }

    public void OnHandshakeFailed(TransportFault fault) => Fail(new ConnectException($"TLS to {_target.Address}: {fault}")
    {
        Errno = fault.Kind == TransportFaultKind.Io ? fault.Errno : 0,
    });

    private void ConnectUnix(string path)
    {
        try
        {
            OnConnected(UnixSocket.Connect(_loop, path));
        }
        catch (NetException exception)
        {
            Fail(new ConnectException(exception.Message, exception) { Errno = exception.Errno });
        }
    }

    private void OnTimeout()
    {
        Fail(new ConnectException($"connect {_target.Address}: not done within {_target.Timeout.TotalMilliseconds:0} ms") { Errno = Errno.ETIMEDOUT, IsTimeout = true });
        Abandon();
    }

    /// <summary>From any thread.</summary>
    private void OnCancelled() => _loop.Post(
        static state =>
        {
            var self = (ConnectAttempt)state!;
            if (!self._result.TrySetCanceled(self._token)) return;
            self._timer.Stop();
            self.Abandon();
        },
        this);

    private void Abandon()
    {
        _connector?.Cancel();
        _tls?.Abort(TransportFaultKind.Timeout);
    }

    private void Succeed(Transport transport)
    {
        _timer.Stop();
        _cancellation.Dispose();
        // Cancelled in this very turn: nobody waits for it any more.
        if (!_result.TrySetResult(transport)) transport.Abort();
    }

    private void Fail(ConnectException exception)
    {
        _timer.Stop();
        _cancellation.Dispose();
        _result.TrySetException(exception);
    }
}
