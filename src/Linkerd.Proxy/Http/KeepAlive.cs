using Linkerd.Http;
using Linkerd.Net;

namespace Linkerd.Proxy.Http;

/// <summary>Pings an HTTP/2 peer at an interval and ends the connection when it does not answer in time.</summary>
internal sealed class KeepAlive
{
    private readonly Http2Session _session;
    private readonly Transport _transport;
    private readonly TimeSpan _interval;
    private readonly TimeSpan _timeout;
    private readonly bool _whileIdle;
    private readonly LoopTimer _timer;
    private ulong _sent;
    private ulong _answered;

    public KeepAlive(Http2Session session, Transport transport, TimeSpan interval, TimeSpan timeout, bool whileIdle)
    {
        _session = session;
        _transport = transport;
        _interval = interval;
        _timeout = timeout;
        _whileIdle = whileIdle;
        _timer = new LoopTimer(transport.Loop, static self => ((KeepAlive)self!).Tick(), this);
        _timer.Start(interval);
    }

    public void OnPong(ulong opaque)
    {
        if (opaque != _sent || _answered == _sent) return;
        _answered = _sent;
        _timer.Start(_interval);
    }

    public void Stop() => _timer.Stop();

    private void Tick()
    {
        if (_session.IsFinished) return;
        if (_answered != _sent)
        {
            _transport.Abort(TransportFaultKind.Timeout);
            return;
        }

        if (!_whileIdle && _session.ActiveStreams == 0)
        {
            _timer.Start(_interval);
            return;
        }

        _session.Ping(++_sent);
        _timer.Start(_timeout);
    }
}
