using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Http;

/// <content>Limits in time, on one timer: it runs for whichever is due first.</content>
internal sealed partial class RelayExchange
{
    private LoopTimer? _timer;
    private ExchangeTimeouts _timeouts;
    private TimeSpan _headersTimeout;
    private long _requestDeadline;
    private long _responseDeadline;
    private long _headersDeadline;
    private long _activeAt;
    private bool _hasLimits;

    public override void SetTimeouts(in ExchangeTimeouts timeouts)
    {
        if (timeouts.IsNone) return;
        _hasLimits = true;
        _timeouts = timeouts;
        _activeAt = Worker.Loop.Now;
        if (timeouts.Request > TimeSpan.Zero) _requestDeadline = StartedAt + Nanoseconds(timeouts.Request);
        if (_requestEnded && timeouts.Response > TimeSpan.Zero) _responseDeadline = _activeAt + Nanoseconds(timeouts.Response);
        Arm();
    }

    private static long Nanoseconds(TimeSpan span) => span.Ticks * TimeSpan.NanosecondsPerTick;

    private static void Earlier(ref long due, long deadline)
    {
        if (deadline != 0 && deadline < due) due = deadline;
    }

    private void SetHeadersTimeout(TimeSpan timeout)
    {
        _headersTimeout = timeout;
        _headersDeadline = 0;
        if (timeout > TimeSpan.Zero)
        {
            _hasLimits = true;
            if (_requestEnded) _headersDeadline = Worker.Loop.Now + Nanoseconds(timeout);
        }

        if (_hasLimits) Arm();
    }

    private void EndRequest()
    {
        _requestEnded = true;
        long now = RequestEndedAt = Worker.Loop.Now;
        if (!_hasLimits) return;
        if (_timeouts.Response > TimeSpan.Zero) _responseDeadline = now + Nanoseconds(_timeouts.Response);
        if (_headersTimeout > TimeSpan.Zero && RespondedAt == 0) _headersDeadline = now + Nanoseconds(_headersTimeout);
        Arm();
    }

    private void OnHeadRelayed(HeaderBlock head)
    {
        _headersDeadline = 0;
        // A tunnel lives as long as its ends like.
        if (head.Status == 101) EndTimeouts();
    }

    private void Arm()
    {
        long due = long.MaxValue;
        Earlier(ref due, _requestDeadline);
        Earlier(ref due, _responseDeadline);
        Earlier(ref due, _headersDeadline);
        if (_timeouts.Idle > TimeSpan.Zero) Earlier(ref due, _activeAt + Nanoseconds(_timeouts.Idle));
        if (due == long.MaxValue) return;
        _timer ??= new LoopTimer(Worker.Loop, static self => ((RelayExchange)self!).OnTimer(), this);
        _timer.StartAt(due);
    }

    private void OnTimer()
    {
        long now = Worker.Loop.Now;
        if (_server is null || !_hasLimits || _answering) return;
        if (_requestDeadline != 0 && now >= _requestDeadline) TimeOut(_timeouts.RequestError);
        else if (_responseDeadline != 0 && now >= _responseDeadline) TimeOut(ProxyErrorKind.ResponseTimeout);
        else if (_headersDeadline != 0 && now >= _headersDeadline && RespondedAt == 0) TimeOut(ProxyErrorKind.ResponseHeadersTimeout);
        else if (_timeouts.Idle > TimeSpan.Zero && now >= _activeAt + Nanoseconds(_timeouts.Idle)) TimeOut(ProxyErrorKind.IdleTimeout);
        else Arm();
    }

    private void TimeOut(ProxyErrorKind kind)
    {
        bool isRelayed = RespondedAt != 0 && !_headHeld;
        ProxyError error = ProxyError.Of(kind);
        LeaveAttempt();
        if (!isRelayed)
        {
            // Only an attempt's own limit leaves time for another one.
            _judged |= kind != ProxyErrorKind.ResponseHeadersTimeout;
            FailAttempt(error);
            return;
        }

        Error = error;
        Fault = new HttpFault(HttpFaultOrigin.Local, HttpErrorCode.Cancel, Message: error.Message);
        EndAttempt();
        HttpStream server = _server!;
        LeaveServer();
        server.Reset(HttpErrorCode.Cancel);
        Finish();
    }

    private void EndTimeouts()
    {
        if (!_hasLimits) return;
        _timer?.Stop();
        _hasLimits = false;
        _timeouts = default;
        _headersTimeout = default;
        _requestDeadline = _responseDeadline = _headersDeadline = _activeAt = 0;
    }
}
