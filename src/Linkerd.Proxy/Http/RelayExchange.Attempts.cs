using System.Buffers;
using Linkerd.Http;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;

namespace Linkerd.Proxy.Http;

/// <content>
/// Attempts: what is kept of a request so that it can be sent again, answers that are withheld until they were judged, and the way back from an attempt that
/// failed. Without an <see cref="IAttemptPolicy"/> only bytes that come before a stream is open are kept, until it is.
/// </content>
internal sealed partial class RelayExchange
{
    private byte[]? _kept;
    private int _keptLength;
    private HeaderBlock? _keptTrailers;
    private HeaderBlock? _savedHead;
    private int _replayLimit;

    /// <summary>Endpoints that a request may turn out not to reach before it fails; each is out of the balancer's choice by then.</summary>
    private const int MaxMoves = 3;

    private int _moves;

    // Body bytes received whose credit was not given back; and bytes of a replay, whose credit was given back when they were first sent.
    private int _owed;
    private int _replaySkip;

    // A head is saved (_keeps); all of the body so far is kept too (_replays).
    private bool _keeps;
    private bool _replays;
    private bool _overflowed;
    private bool _betweenAttempts;
    private bool _headHeld;
    private bool _judged;

    public override bool IsRequestEnded => _requestEnded;

    public override bool IsReplayable => _keeps && !_overflowed;

    public override void KeepForReplay(int maxBytes)
    {
        _keeps = true;
        _replayLimit = maxBytes;
        _overflowed = Request.ContentLength > maxBytes || _keptLength > maxBytes;
        _replays = !_overflowed;
        _savedHead = Worker.Http.RentHead();
        _savedHead.CopyFrom(Request);
    }

    public override void StartAttempt(TimeSpan headersTimeout)
    {
        Attempt = null;
        AttemptedAt = Worker.Loop.Now;
        _attemptEnded = _betweenAttempts = _judged = false;
        SetHeadersTimeout(headersTimeout);
    }

    /// <summary>Keeps body bytes until a stream is open.</summary>
    private void Keep(ReadOnlySpan<byte> data)
    {
        if (_replays && _keptLength + data.Length > _replayLimit)
        {
            _overflowed = true;
            _replays = false;
        }

        Append(data);
        _owed += data.Length;
    }

    /// <summary>Keeps body bytes that are being sent.</summary>
    private void KeepForLater(ReadOnlySpan<byte> data)
    {
        _owed += data.Length;
        if (_keptLength + data.Length <= _replayLimit)
        {
            Append(data);
            return;
        }

        _overflowed = true;
        _replays = false;
        FreeKept();
    }

    private void Append(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty) return;
        if (_kept is null || _kept.Length < _keptLength + data.Length)
        {
            byte[] grown = ArrayPool<byte>.Shared.Rent(_keptLength + data.Length);
            _kept.AsSpan(0, _keptLength).CopyTo(grown);
            if (_kept is not null) ArrayPool<byte>.Shared.Return(_kept);
            _kept = grown;
        }

        data.CopyTo(_kept.AsSpan(_keptLength));
        _keptLength += data.Length;
    }

    private void SendKept(HttpStream client)
    {
        _bodySent = true;
        _replaySkip = _keptLength - _owed;
        int sent = client.SendData(_kept.AsSpan(0, _keptLength), _requestEnded && _keptTrailers is null);
        if (!_replays) FreeKept();
        OnRequestSent(sent);
    }

    private void OnRequestSent(int count)
    {
        if (_replaySkip > 0)
        {
            int skipped = Math.Min(count, _replaySkip);
            _replaySkip -= skipped;
            count -= skipped;
        }

        if (count <= 0 || _server is not { } server) return;
        _owed = Math.Max(0, _owed - count);
        server.Consumed(count);
    }

    /// <summary>Nothing will be sent again: lets go of what is kept, and gives credit for what no stream will report as sent.</summary>
    private void StopReplay(HttpStream server)
    {
        int owed = _client is null ? _owed : 0;
        if (owed > 0) _owed = 0;
        EndReplay();
        if (owed > 0) server.Consumed(owed);
    }

    private void FreeKept()
    {
        if (_kept is not null) ArrayPool<byte>.Shared.Return(_kept);
        _kept = null;
        _keptLength = 0;
    }

    private void DropTrailers()
    {
        if (_keptTrailers is { } trailers) Worker.Http.Return(trailers);
        _keptTrailers = null;
    }

    private void EndReplay()
    {
        FreeKept();
        DropTrailers();
        if (_savedHead is { } head) Worker.Http.Return(head);
        _savedHead = null;
        _keeps = _replays = false;
    }

    private void ResetReplay()
    {
        EndReplay();
        _owed = _replaySkip = _replayLimit = 0;
        _overflowed = _betweenAttempts = _headHeld = _judged = false;
    }

    /// <summary>An answer's head has come: true when it is not relayed (yet).</summary>
    private bool Withholds(HttpStream client, bool end)
    {
        if (end || GrpcStatus >= 0 || !Attempts!.AwaitsTrailers(this)) return DropsAnswer(client);
        _headHeld = true;
        _headersDeadline = 0;
        return true;
    }

    /// <summary>The policy wants another attempt instead of this answer.</summary>
    private bool DropsAnswer(HttpStream client)
    {
        if (_judged || _server is not { } server || Attempts is not { } policy) return false;
        _judged = true;
        if (!policy.ShouldRetry(this)) return false;
        _client = null;
        Discard.Rest(client);
        EndAttempt();
        Restore(server);
        policy.Retry(this);
        return true;
    }

    /// <summary>Trailers came before any data of a withheld answer: true when it is dropped.</summary>
    private bool DropsHeld(HttpStream client)
    {
        _headHeld = false;
        if (DropsAnswer(client)) return true;
        RelayHead(client.Head, end: false);
        return false;
    }

    private void ReleaseHead(HttpStream client)
    {
        _headHeld = false;
        RelayHead(client.Head, end: false);
    }

    private void ForgetHead()
    {
        _headHeld = false;
        Status = 0;
        GrpcStatus = -1;
        RespondedAt = 0;
    }

    /// <summary>The attempt failed without an answer: true when the policy takes it from here.</summary>
    private bool TryRetry()
    {
        if (_judged || _answering || _server is not { } server || Attempts is not { } policy) return false;
        _judged = true;
        if (!policy.ShouldRetry(this)) return false;
        Restore(server);
        policy.Retry(this);
        return true;
    }

    /// <summary>The peer went away without looking at the request: true when it is sent again, elsewhere or, once, on the next connection.</summary>
    private bool SendsAgain()
    {
        HttpClient opener = _opener!;
        if ((_retried || !opener.IsReady) && TryElsewhere(ProxyError.Of(ProxyErrorKind.PeerReset))) return true;
        if (_retried) return false;
        _retried = true;
        _opening = opener;
        opener.Open(this);
        return true;
    }

    /// <summary>The endpoint has not seen the request: true when another one takes it.</summary>
    private bool TryElsewhere(ProxyError error)
    {
        if (Unsent is not { CanResend: true } unsent || _bodySent || _server is null || _moves >= MaxMoves) return false;
        _moves++;
        // For the endpoint this is an attempt that failed; for the route it goes on.
        Error = error;
        Attempt?.OnEnd(this);
        Attempt = null;
        Error = default;
        _retried = false;
        if (_target is { UpgradesHttp1: true }) Request.Remove(KnownHeader.L5dOrigProto);
        unsent.Resend(this);
        return true;
    }

    /// <summary>As before the first attempt, with all of the body so far at hand: the peer may send more of it.</summary>
    private void Restore(HttpStream server)
    {
        _betweenAttempts = true;
        _retried = _bodySent = false;
        Status = 0;
        GrpcStatus = -1;
        RespondedAt = 0;
        Error = default;
        Fault = default;
        Request.CopyFrom(_savedHead!);
        int owed = _owed;
        _owed = _replaySkip = 0;
        if (owed > 0) server.Consumed(owed);
    }

    private void LeaveAttempt()
    {
        Waiting?.OnAbandoned(this);
        Waiting = null;
        _opening?.Cancel(this);
        _opening = null;
        if (_headHeld) ForgetHead();
        if (_client is not { } client) return;
        _client = null;
        client.Reset(HttpErrorCode.Cancel);
    }
}
