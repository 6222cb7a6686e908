using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Connect;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Http;

/// <summary>A pool of HTTP/1 connections to an endpoint; the one used last is used first, so that the others can go idle.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "Cancelled when the endpoint is retired; it holds no handle.")]
internal sealed class Http1Client : EndpointClient
{
    private readonly Worker _worker;
    private readonly IConnector _connector;
    private readonly IConnectionMetrics _metrics;
    private readonly Backoff _backoff;
    private readonly List<ClientConnection> _idle = [];
    private readonly HashSet<IHttpCall> _waiting = [];
    private readonly LoopTimer _sweep;
    private readonly CancellationTokenSource _cancellation = new();
    private bool _retired;

    public Http1Client(Worker worker, IConnector connector, HttpClientTarget target, IConnectionMetrics metrics)
        : base(target)
    {
        _worker = worker;
        _connector = connector;
        _metrics = metrics;
        _backoff = new Backoff(worker.Loop, target.Backoff, static self => ((Http1Client)self!).TellReady(), this);
        _sweep = new LoopTimer(worker.Loop, static self => ((Http1Client)self!).Sweep(), this);
    }

    public override bool IsReady => !_retired && !_backoff.IsWaiting;

    public override void Prime()
    {
    }

    public override void Open(IHttpCall call)
    {
        while (_idle.Count > 0)
        {
            ClientConnection connection = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
            connection.IsIdle = false;
            if (!connection.CanOpen || connection.Session.Open(call.StreamHandler) is not { } stream) continue;
            call.OnStream(stream, this);
            return;
        }

        if (_retired)
        {
            call.OnFailed(ProxyError.Of(ProxyErrorKind.ConnectFailed));
            return;
        }

        if (Target.Queue is { } queue && !queue.TryEnter())
        {
            call.OnFailed(ProxyError.Of(ProxyErrorKind.LoadShed));
            return;
        }

        _waiting.Add(call);
        _ = ConnectAsync(call);
    }

    public override void Cancel(IHttpCall call) => TryLeave(call);

    public override void Retire()
    {
        if (_retired) return;
        _retired = true;
        _backoff.Stop();
        _sweep.Stop();
        _cancellation.Cancel();
        ClientConnection[] closing = [.. _idle];
        _idle.Clear();
        foreach (ClientConnection connection in closing)
        {
            connection.IsIdle = false;
            connection.Transport.Close();
        }
    }

    private async Task ConnectAsync(IHttpCall call)
    {
        try
        {
            Transport transport = await _connector.ConnectAsync(Target.Connect, _worker.Tls, _cancellation.Token);
            _backoff.Reset();
            TellReady();
            var connection = new ClientConnection(_worker, transport, Target, _metrics, OnChanged);
            if (!TryLeave(call))
            {
                // The client has left; the connection serves the next one.
                OnChanged(connection);
                return;
            }

            if (connection.Session.Open(call.StreamHandler) is { } stream) call.OnStream(stream, this);
            else call.OnFailed(ProxyError.Of(ProxyErrorKind.Io));
        }
        catch (OperationCanceledException)
        {
            if (TryLeave(call)) call.OnFailed(ProxyError.Of(ProxyErrorKind.ConnectFailed));
        }
        catch (ConnectException exception)
        {
            if (!_retired) _backoff.Start();
            TellReady();
            if (TryLeave(call)) call.OnFailed(new ProxyError(ProxyErrorKind.ConnectFailed, exception.Message));
        }
    }

    private bool TryLeave(IHttpCall call)
    {
        if (!_waiting.Remove(call)) return false;
        Target.Queue?.Places.Release();
        return true;
    }

    private void OnChanged(ClientConnection connection)
    {
        if (connection.IsGoingAway)
        {
            if (connection.IsIdle) _idle.Remove(connection);
            connection.IsIdle = false;
            return;
        }

        if (!connection.CanOpen || connection.IsIdle) return;
        if (_retired || _idle.Count >= Target.MaxIdleConnections)
        {
            connection.Transport.Close();
            return;
        }

        connection.IdleSince = _worker.Loop.Now / 1_000_000;
        connection.IsIdle = true;
        _idle.Add(connection);
        if (!_sweep.IsRunning) _sweep.Start(Target.IdleTimeout);
    }

    private void Sweep()
    {
        long limit = (_worker.Loop.Now / 1_000_000) - (long)Target.IdleTimeout.TotalMilliseconds;
        int old = 0;
        while (old < _idle.Count && _idle[old].IdleSince <= limit) old++;
        ClientConnection[] closing = [.. _idle.Take(old)];
        _idle.RemoveRange(0, old);
        foreach (ClientConnection connection in closing)
        {
            connection.IsIdle = false;
            connection.Transport.Close();
        }

        if (_idle.Count > 0) _sweep.Start(Target.IdleTimeout);
    }

    private void TellReady() => ReadyChanged?.Invoke(this);
}
