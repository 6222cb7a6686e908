using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Http;

/// <summary>One HTTP/2 connection to an endpoint, opened on first use or when primed, and opened again, with backoff, when it is lost.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "Cancelled when the endpoint is retired; it holds no handle.")]
internal sealed class Http2Client : EndpointClient
{
    private static readonly ProxyError s_failingFast = new(ProxyErrorKind.FailFast, "the application cannot be reached: failing fast");

    // Ten seconds become over ten minutes, which is more than any server asks for by default (gRPC: five minutes).
    private const int MaxPingDoublings = 6;

    private readonly Worker _worker;
    private readonly IConnector _connector;
    private readonly IConnectionMetrics _metrics;
    private readonly Backoff _backoff;
    private readonly LinkedList<IHttpCall> _waiting = new();
    private readonly CancellationTokenSource _cancellation = new();

    // Of a client with a queue of its own: requests wait until it fires, and then fail at once until a stream can be opened or the next attempt is due.
    private readonly LoopTimer? _failFast;
    private bool _isFailingFast;
    private ClientConnection? _connection;
    private bool _connecting;
    private bool _keepUp;
    private bool _retired;
    private bool _wasReady;
    private int _pingDoublings;

    public Http2Client(Worker worker, IConnector connector, HttpClientTarget target, IConnectionMetrics metrics)
        : base(target)
    {
        _worker = worker;
        _connector = connector;
        _metrics = metrics;
        _backoff = new Backoff(worker.Loop, target.Backoff, static self => ((Http2Client)self!).OnBackoffEnd(), this);
        if (target.Queue is not null) _failFast = new LoopTimer(worker.Loop, static self => ((Http2Client)self!).FailFast(), this);
    }

    public override bool IsReady => _connection is { CanOpen: true };

    public override void Prime()
    {
        _keepUp = true;
        Connect();
    }

    public override void Open(IHttpCall call)
    {
        if (_connection is { CanOpen: true } connection && connection.Session.Open(call.StreamHandler) is { } stream)
        {
            call.OnStream(stream, this);
            return;
        }

        if (_retired)
        {
            call.OnFailed(ProxyError.Of(ProxyErrorKind.ConnectFailed));
            return;
        }

        if (!TryWait(call)) return;
        if (_connection is null && !_backoff.IsWaiting) Connect();
    }

    public override void Cancel(IHttpCall call)
    {
        if (!_waiting.Remove(call)) return;
        Target.Queue?.Places.Release();
        if (_waiting.Count == 0) _failFast?.Stop();
    }

    public override void Retire()
    {
        if (_retired) return;
        _retired = true;
        _keepUp = false;
        _backoff.Stop();
        _failFast?.Stop();
        _cancellation.Cancel();
        _connection?.Session.Drain();
        FailWaiting(ProxyError.Of(ProxyErrorKind.ConnectFailed));
    }

    private bool TryWait(IHttpCall call)
    {
        if (Target.Queue is { } queue)
        {
            if (_isFailingFast || !queue.TryEnter())
            {
                call.OnFailed(_isFailingFast ? s_failingFast : ProxyError.Of(ProxyErrorKind.LoadShed));
                return false;
            }

            if (!_failFast!.IsRunning) _failFast.Start(queue.Policy.FailfastTimeout);
        }

        _waiting.AddLast(call);
        return true;
    }

    private void FailFast()
    {
        if (_waiting.Count == 0) return;
        _isFailingFast = true;
        FailWaiting(s_failingFast);
    }

    private void OnBackoffEnd()
    {
        _isFailingFast = false;
        if (_keepUp || _waiting.Count > 0) Connect();
    }

    private void Connect()
    {
        if (_connecting || _retired || _connection is not null) return;
        _connecting = true;
        _ = ConnectAsync();
    }

    private async Task ConnectAsync()
    {
        try
        {
            Transport transport = await _connector.ConnectAsync(Target.Connect, _worker.Tls, _cancellation.Token);
            _connecting = false;
            if (_retired)
            {
                transport.Close();
                return;
            }

            _backoff.Reset();
            _connection = new ClientConnection(_worker, transport, Target, _metrics, OnChanged, Target.KeepAliveInterval * (1 << _pingDoublings));
            OnChanged(_connection);
        }
        catch (OperationCanceledException)
        {
            _connecting = false;
        }
        catch (ConnectException exception)
        {
            _connecting = false;
            if (!_retired && (_keepUp || Target.Queue is not null)) _backoff.Start();
            if (Target.Queue is null) FailWaiting(new ProxyError(ProxyErrorKind.ConnectFailed, exception.Message));
            TellReady();
        }
    }

    private void OnChanged(ClientConnection connection)
    {
        if (connection != _connection) return;
        if (connection.IsGoingAway)
        {
            // Streams in flight finish on the old connection while a new one is opened.
            _connection = null;
            if (connection.WasTooMuch && _pingDoublings < MaxPingDoublings) _pingDoublings++;
            TellReady();
            if (_retired || !(_keepUp || _waiting.Count > 0)) return;
            if (connection.IsProven) Connect();
            else _backoff.Start();
            return;
        }

        if (connection.CanOpen) _isFailingFast = false;
        for (int waiting = _waiting.Count; waiting > 0 && connection.CanOpen && _waiting.First is { } first; waiting--)
        {
            _waiting.RemoveFirst();
            Target.Queue?.Places.Release();
            Open(first.Value);
        }

        if (_waiting.Count == 0) _failFast?.Stop();
        TellReady();
    }

    private void TellReady()
    {
        bool ready = IsReady;
        if (ready == _wasReady) return;
        _wasReady = ready;
        ReadyChanged?.Invoke(this);
    }

    private void FailWaiting(ProxyError error)
    {
        while (_waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            Target.Queue?.Places.Release();
            first.Value.OnFailed(error);
        }
    }
}
