namespace Linkerd.Http;

/// <summary>The client's end of an HTTP/1 connection: one exchange at a time, never pipelined.</summary>
public sealed class Http1ClientSession : Http1Session
{
    private int _scannedHead;
    private bool _isHead;
    private bool _isConnect;
    private bool _isUpgrade;
    private bool _mayTunnel;
    private bool _isOpen;
    private bool _isSettling;

    public Http1ClientSession(HttpResources resources, Http1Limits limits, IByteOutput output, IHttpSessionOwner owner)
        : base(resources, limits, output, owner) => State = ReceiveState.Wait;

    /// <inheritdoc/>
    public override bool CanOpen => !_isOpen && !IsDraining && !IsFinished;

    /// <inheritdoc/>
    public override int Receive(ReadOnlySpan<byte> data)
    {
        if (!_isOpen && !data.IsEmpty && !IsFinished)
        {
            // Nothing was asked: the peer's state cannot be trusted.
            Fail(HttpFault.Protocol("the server sent without a request", HttpErrorCode.ProtocolError, 0));
            return data.Length;
        }

        int consumed = base.Receive(data);
        if (_isSettling) Settle(hasMore: consumed < data.Length);
        return IsFinished ? data.Length : consumed;
    }

    /// <inheritdoc/>
    public override HttpStream? Open(IHttpStreamHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (!CanOpen) return null;
        ReleaseIfPending();
        BeginExchange();
        _isOpen = true;
        _scannedHead = 0;
        State = ReceiveState.Head;
        Stream.Handler = handler;
        WatchTime();
        return Stream;
    }

    /// <inheritdoc/>
    public override void ReceiveEnd()
    {
        if (IsFinished || EndBodyByClose()) return;
        KeepAlive = false;
        Finish(IsActive ? HttpFault.Lost("the server ended before the response did") : default);
    }

    /// <inheritdoc/>
    public override void Drain()
    {
        if (IsDraining) return;
        IsDraining = true;
        KeepAlive = false;
        if (!_isOpen) Finish(default);
    }

    internal override void SendInformational(HeaderBlock head)
    {
    }

    internal override void SendHead(HeaderBlock head, bool end)
    {
        if (IsFinished) return;
        _isHead = head.MethodKind == RequestMethod.Head;
        _isConnect = head.MethodKind == RequestMethod.Connect;
        _isUpgrade = head.IsUpgrade;
        KeepAlive = true;

        // A body of unknown length cannot be sent as HTTP/1.0.
        bool isOld = head.Protocol == HttpProtocol.Http10 && (end || head.ContentLength >= 0);
        _mayTunnel = _isConnect || _isUpgrade;
        BodyKind kind = _mayTunnel || end ? BodyKind.None : head.ContentLength >= 0 ? BodyKind.Length : BodyKind.Chunked;
        Http1HeadWriter writer = NewWriter(head, out bool isDirect);
        writer.RequestLine(head, isOld ? HttpProtocol.Http10 : HttpProtocol.Http11);
        writer.Fields(head, withLength: kind == BodyKind.Length);
        if (kind == BodyKind.Chunked) writer.Put("transfer-encoding: chunked\r\n"u8);
        else if (kind == BodyKind.None && (head.ContentLength == 0 || head.MethodKind is RequestMethod.Post or RequestMethod.Put or RequestMethod.Patch)) writer.Put("content-length: 0\r\n"u8);
        if (_isUpgrade) writer.Put("connection: upgrade\r\n"u8);
        else if (head.Contains(KnownHeader.Te)) writer.Put("connection: te\r\n"u8);
        else if (isOld) writer.Put("connection: keep-alive\r\n"u8);
        writer.Put("\r\n"u8);
        Append(in writer, isDirect);
        BeginSend(kind, head.ContentLength);
        if (end) SendEnded();
    }

    internal override void Reset(HttpErrorCode code)
    {
        bool isUntouched = !Stream.IsHeadSent;
        EndSilently();
        if (!isUntouched)
        {
            Finish(new HttpFault(HttpFaultOrigin.Local, code, 0, HttpLimit.None, "reset"));
            return;
        }

        _isOpen = false;
        State = ReceiveState.Wait;
        IdleSince = Resources.Now;
        Owner.OnStateChanged(this);
    }

    // A server may think for as long as it likes.
    private protected override bool AwaitsBody => false;

    private protected override bool ReadHead(ReadOnlySpan<byte> data, ref int at)
    {
        ReadOnlySpan<byte> rest = data[at..];
        HttpFault fault = default;
        int end = Http1HeadParser.FindEnd(rest, ref _scannedHead, ref fault);
        if (fault.IsNone && (end < 0 ? rest.Length : end) > Limits.MaxHeadBytes) fault = HttpFault.OfLimit(HttpLimit.HeadBytes, "the head is too large");
        if (!fault.IsNone || end < 0)
        {
            if (!fault.IsNone) Fail(in fault);
            else if (HeadSince < 0 && !rest.IsEmpty) HeadSince = Resources.Now;
            return false;
        }

        at += end;
        HeadSince = -1;
        _scannedHead = 0;
        return Accept(rest[..end]);
    }

    private protected override void AfterExchange()
    {
        if (IsFinished) return;
        State = ReceiveState.Wait;
        _isSettling = true;

        // What came in the same read decides whether the connection can be used again.
        if (!IsReceiving) Settle(hasMore: IsReceivePaused);
    }

    /// <summary>
    /// An exchange is over: the connection is free, unless the server sent more than its answer. That would be taken for the answer to
    /// the next request (RFC 9112 §9.2).
    /// </summary>
    private void Settle(bool hasMore)
    {
        _isOpen = _isSettling = false;
        if (IsFinished) return;
        if (!KeepAlive || IsDraining || Stream.IsTunnel)
        {
            Finish(default);
        }
        else if (hasMore)
        {
            Fail(HttpFault.Protocol("the server sent more than its answer", HttpErrorCode.ProtocolError, 0));
        }
        else
        {
            IdleSince = Resources.Now;
            Owner.OnStateChanged(this);
        }
    }

    private bool Accept(ReadOnlySpan<byte> text)
    {
        HeaderBlock head = Resources.RentHead();
        HttpFault fault = Resources.Heads1.ReadResponse(text, head, Limits, out Http1Framing framing);
        if (fault.IsNone && head.Status == 101 && !_isUpgrade) fault = HttpFault.Protocol("the server switches protocols unasked");
        if (!fault.IsNone)
        {
            Resources.Return(head);
            Fail(in fault);
            return false;
        }

        if (head.Status is >= 100 and < 200 and not 101)
        {
            Stream.Handler.OnInformational(Stream, head);
            Resources.Return(head);
            return IsActive;
        }

        OnResponse(head, in framing);
        return true;
    }

    private void OnResponse(HeaderBlock head, in Http1Framing framing)
    {
        PeerProtocol = head.Protocol;
        if (framing.HasClose || (head.Protocol == HttpProtocol.Http10 && !framing.HasKeepAlive)) KeepAlive = false;
        Stream.GiveHead(head);
        bool isTunnel = head.Status == 101 || (_isConnect && head.Status is >= 200 and < 300);
        if (isTunnel)
        {
            KeepAlive = false;
            Stream.MarkTunnel();
            _ = BeginBody(BodyKind.Tunnel, 0);
            BeginSend(BodyKind.Tunnel, 0);
            Stream.Handler.OnHead(Stream, head, false);
            return;
        }

        BodyKind kind = _isHead || head.Status is 204 or 304 ? BodyKind.None
            : framing.IsChunked ? BodyKind.Chunked
            : head.ContentLength >= 0 ? BodyKind.Length : BodyKind.UntilClose;
        if (kind == BodyKind.UntilClose) KeepAlive = false;
        bool hasBody = BeginBody(kind, head.ContentLength);
        if (!hasBody) Stream.MarkReceiveEnded();

        // Whoever was refused an upgrade will send nothing more.
        if (_mayTunnel && !Stream.IsSendEnded) Stream.MarkSendEnded();
        Stream.Handler.OnHead(Stream, head, !hasBody);
        if (!hasBody) CloseIfOver();
    }
}
