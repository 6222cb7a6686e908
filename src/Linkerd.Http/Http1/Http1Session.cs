namespace Linkerd.Http;

/// <summary>
/// A connection of HTTP/1 (RFC 9112): one exchange at a time, or, after an upgrade, a tunnel. What both ends share: reading bodies,
/// writing messages, and the turn from one exchange to the next.
/// </summary>
public abstract partial class Http1Session : HttpSession
{
    private protected Http1Session(HttpResources resources, Http1Limits limits, IByteOutput output, IHttpSessionOwner owner)
        : base(resources, output, owner)
    {
        ArgumentNullException.ThrowIfNull(limits);
        Limits = limits;
        Stream = new Http1Stream(this);
        Stream.MarkClosed();
    }

    /// <inheritdoc/>
    public override HttpProtocol Protocol => HttpProtocol.Http11;

    /// <inheritdoc/>
    public override int ActiveStreams => IsActive ? 1 : 0;

    internal override int CheckInterval => Math.Min(5000, Math.Min(Limits.HeadTimeout, Math.Min(Limits.BodyTimeout, Limits.StallTimeout)) / 4);

    private protected override bool IsProtocolTimed => IsActive || HeadSince >= 0 || _isDiscarding;

    private protected override int StallTimeout => Limits.StallTimeout;

    /// <summary>What the peer may do.</summary>
    public Http1Limits Limits { get; }

    /// <summary>The connection became a tunnel.</summary>
    public bool IsTunnel => Stream.IsTunnel;

    private protected Http1Stream Stream { get; }

    /// <summary>An exchange is under way and its stream has not ended.</summary>
    private protected bool IsActive { get; private set; }

    private protected ReceiveState State { get; set; }

    /// <summary>When the first byte of a head came whose last byte did not; -1 else.</summary>
    private protected long HeadSince { get; set; } = -1;

    /// <summary>Another exchange may follow on this connection.</summary>
    private protected bool KeepAlive { get; set; } = true;

    private protected HttpProtocol PeerProtocol { get; set; } = HttpProtocol.Http11;

    /// <inheritdoc/>
    public override int Receive(ReadOnlySpan<byte> data)
    {
        int at = 0;
        _isReceiving = true;
        IsReceivePaused = false;
        try
        {
            while (!IsFinished && Step(data, ref at))
            {
            }
        }
        finally
        {
            _isReceiving = false;
            if (!IsActive) ReleaseIfPending();
        }

        WatchTime();

        return IsFinished ? data.Length : at;
    }

    /// <inheritdoc/>
    public override void OnConnectionLost(in HttpFault fault)
    {
        if (IsFinished) return;
        IsFinished = IsDraining = true;
        if (IsActive) EndFaulty(fault.IsNone ? HttpFault.Lost("the connection ended before the message did") : fault);
    }

    /// <inheritdoc/>
    public override void OnOutputDrained()
    {
        if (_held == 0 || IsFinished || OutputIsFull) return;
        int count = _held;
        _held = 0;
        if (IsActive) Stream.Handler.OnSent(Stream, count);
    }

    private protected override void GiveUp(in HttpFault fault) => Finish(in fault);

    private protected override void CheckProtocolTime(long now)
    {
        if (HeadSince >= 0)
        {
            if (now - HeadSince >= Limits.HeadTimeout) Fail(HttpFault.OfLimit(HttpLimit.HeadTime, "the head was not complete in time", 408));
        }
        else if (IsBodyStalled(now))
        {
            Fail(HttpFault.OfLimit(HttpLimit.BodyIdle, "the body stands still", 408));
        }
    }

    internal void CloseAfterExchange() => KeepAlive = false;

    /// <summary>The peer owes body bytes that nobody else could be waiting for.</summary>
    private protected abstract bool AwaitsBody { get; }

    private protected abstract bool ReadHead(ReadOnlySpan<byte> data, ref int at);

    /// <summary>Both directions of the exchange are over, and the stream's handler knows.</summary>
    private protected abstract void AfterExchange();

    private protected void BeginExchange()
    {
        Stream.Begin();
        IsActive = true;
        _credit = Limits.ReceiveWindow;
        _held = 0;
        _bodySince = -1;
        _sendKind = BodyKind.None;
    }

    private protected void CloseIfOver()
    {
        if (!IsActive || !Stream.IsReceiveEnded || !Stream.IsSendEnded) return;
        IsActive = false;
        Stream.MarkClosed();
        Stream.Handler.OnClosed(Stream);
        Release();
        AfterExchange();
    }

    private protected void EndFaulty(in HttpFault fault)
    {
        NoteBrokenOff();
        IsActive = false;
        Stream.MarkClosed();
        Stream.Handler.OnReset(Stream, in fault);
        Release();
    }

    /// <summary>The stream is over for its handler without a call.</summary>
    private protected void EndSilently()
    {
        NoteBrokenOff();
        IsActive = false;
        Stream.MarkClosed();
        Release();
    }

    private protected void Finish(in HttpFault fault)
    {
        if (IsFinished) return;
        IsFinished = IsDraining = true;
        if (IsActive) EndFaulty(fault.IsNone ? HttpFault.Lost("the connection ended before the message did") : fault);
        Owner.OnFinished(this, in fault);
    }

    private void NoteBrokenOff()
        => EndsAbruptly |= Stream.IsHeadSent && !Stream.IsSendEnded && (_sendKind is BodyKind.UntilClose or BodyKind.Tunnel);

    /// <summary>The peer broke a rule.</summary>
    private protected virtual void Fail(in HttpFault fault)
    {
        Counters.Count(in fault, connection: true);
        Finish(in fault);
    }

    /// <summary>Input may be taken again.</summary>
    private protected void ResumeReceive()
    {
        if (!IsReceivePaused) return;
        IsReceivePaused = false;
        if (!_isReceiving) Owner.OnReceiveResumed(this);
    }

    private bool Step(ReadOnlySpan<byte> data, ref int at)
    {
        switch (State)
        {
            case ReceiveState.Head:
                return ReadHead(data, ref at);
            case ReceiveState.Body:
                return ReadBody(data, ref at);
            default:
                IsReceivePaused = at < data.Length;
                return false;
        }
    }

    private void Release()
    {
        // A handler further up the stack may still look at the head; it is given back when they have returned.
        if (!_isReceiving) Stream.End(Resources);
        else _releasePending = true;
    }
}
