namespace Linkerd.Http;

/// <summary>
/// A connection of HTTP/2 (RFC 9113). Frames for all streams go into one output, which the owner flushes once per turn.
/// Push is refused, priorities are read and ignored.
/// </summary>
public abstract partial class Http2Session : HttpSession
{
    private readonly StreamTable _streams = new();
    private readonly HpackDecoder _decoder;
    private readonly HpackEncoder _encoder;

    private int _active;
    private int _lastPeerStream;
    private int _depth;
    private Http2Stream? _closed;
    private bool _isPrefaceRead;
    private bool _isSettingsRead;
    private bool _isSettingsAcked;

    private protected Http2Session(HttpResources resources, Http2Limits limits, IByteOutput output, IHttpSessionOwner owner)
        : base(resources, output, owner)
    {
        ArgumentNullException.ThrowIfNull(limits);
        Limits = limits;
        _decoder = new HpackDecoder(limits.HeaderTableSize);
        _encoder = new HpackEncoder(limits.HeaderTableSize);
        _receiveWindow = limits.ConnectionWindow;
    }

    /// <inheritdoc/>
    public override HttpProtocol Protocol => HttpProtocol.Http2;

    /// <inheritdoc/>
    public override int ActiveStreams => _active;

    /// <summary>What the peer may do.</summary>
    public Http2Limits Limits { get; }

    /// <summary>The peer's first SETTINGS arrived: it speaks HTTP/2.</summary>
    public bool IsEstablished => _isSettingsRead;

    /// <summary>What the peer's GOAWAY said; null while it sent none.</summary>
    public HttpErrorCode? PeerGoAway { get; private set; }

    private protected abstract bool IsServer { get; }

    /// <summary>Bytes that the peer must send before its first frame.</summary>
    private protected abstract ReadOnlySpan<byte> ExpectedPreface { get; }

    /// <inheritdoc/>
    public override int Receive(ReadOnlySpan<byte> data)
    {
        int at = 0;
        _depth++;
        try
        {
            if (!_isPrefaceRead && !ReadPreface(data, ref at)) return IsFinished ? data.Length : at;
            while (!IsFinished && ReadFrame(data, ref at))
            {
            }
        }
        finally
        {
            _depth--;
            if (_depth == 0) ReleaseClosed();
        }

        if (at == data.Length) _partialSince = -1;
        else if (at > 0 || _partialSince < 0) _partialSince = Resources.Now;
        WatchTime();
        return IsFinished ? data.Length : at;
    }

    /// <inheritdoc/>
    public override void ReceiveEnd()
    {
        if (IsFinished) return;
        bool inOrder = _active == 0;
        Finish(inOrder ? default : HttpFault.Lost("the connection ended before its streams did"));
    }

    /// <inheritdoc/>
    public override void OnConnectionLost(in HttpFault fault)
    {
        if (IsFinished) return;
        IsFinished = IsDraining = true;
        ResetAll(-1, fault.IsNone ? HttpFault.Lost("the connection ended before its streams did") : fault);
    }

    /// <inheritdoc/>
    public override void OnOutputDrained()
    {
        if (!IsFinished) Pump();
    }

    private protected Http2Stream NewStream(int id)
    {
        Http2Stream stream = Resources.RentStream();
        stream.Begin(this, id, Resources.Now, _peerInitialWindow, _isSettingsAcked ? Limits.StreamWindow : Math.Max(Limits.StreamWindow, 65_535));
        _active++;
        return stream;
    }

    private bool ReadPreface(ReadOnlySpan<byte> data, ref int at)
    {
        ReadOnlySpan<byte> expected = ExpectedPreface;
        int count = Math.Min(expected.Length, data.Length);
        if (!data[..count].SequenceEqual(expected[..count]))
        {
            Fail(HttpFault.Protocol("the connection preface is not that of HTTP/2"));
            return false;
        }

        if (count < expected.Length) return false;
        at = count;
        return _isPrefaceRead = true;
    }

    /// <summary>Both directions are over: the stream is taken out and its handler hears of it.</summary>
    private void CloseInOrder(Http2Stream stream)
    {
        IHttpStreamHandler handler = stream.Handler;
        TakeOut(stream);
        handler.OnClosed(stream);
        AfterClose(stream);
    }

    private void CloseFaulty(Http2Stream stream, in HttpFault fault)
    {
        IHttpStreamHandler handler = stream.Handler;
        TakeOut(stream);
        handler.OnReset(stream, in fault);
        AfterClose(stream);
    }

    private void TakeOut(Http2Stream stream)
    {
        if (stream.Id != 0) _streams.Remove(stream);
        stream.MarkClosed();
        if (stream.IsQueued) Dequeue(stream);
        if (ReferenceEquals(_dataStream, stream)) _dataStream = null;
        int unconsumed = stream.Unconsumed;
        stream.Unconsumed = 0;
        if (unconsumed > 0 && !IsFinished) CreditConnection(unconsumed);
        _active--;
    }

    private void AfterClose(Http2Stream stream)
    {
        stream.NextClosed = _closed;
        _closed = stream;
        if (_depth == 0) ReleaseClosed();
        if (IsFinished) return;
        if (_active == 0) IdleSince = Resources.Now;
        if (_active == 0 && IsDraining && _isDrainAnnounced) Finish(default);
        else if (!IsServer || _active == 0) Owner.OnStateChanged(this);
    }

    private void ReleaseClosed()
    {
        while (_closed is { } stream)
        {
            _closed = stream.NextClosed;
            stream.NextClosed = null;
            stream.End(Resources);
            Resources.Return(stream);
        }
    }

    private void ResetAll(int aboveId, in HttpFault fault)
    {
        while (_streams.AnyAbove(aboveId) is { } stream) CloseFaulty(stream, in fault);
    }

    /// <summary>Ends the connection because the peer broke a rule: GOAWAY with the code (RFC 9113 §5.4.1).</summary>
    private void Fail(in HttpFault fault)
    {
        if (IsFinished) return;
        Counters.Count(in fault, connection: true);
        WriteGoAway(_lastPeerStream, fault.Code);
        Finish(in fault);
    }

    private void Finish(in HttpFault fault)
    {
        if (IsFinished) return;
        IsFinished = IsDraining = true;
        ResetAll(-1, in fault);
        Owner.OnFinished(this, in fault);
    }
}
