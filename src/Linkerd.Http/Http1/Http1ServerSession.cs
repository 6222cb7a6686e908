namespace Linkerd.Http;

/// <summary>The server's end of an HTTP/1 connection. Pipelined requests are answered one after the other.</summary>
public sealed class Http1ServerSession : Http1Session
{
    private readonly IHttpServer _server;
    private int _scannedHead;
    private int _emptyLines;
    private bool _isHead;
    private bool _isConnect;
    private bool _awaitsContinue;
    private bool _isReadEnded;
    private bool _mayTunnel;

    public Http1ServerSession(HttpResources resources, Http1Limits limits, IByteOutput output, IHttpSessionOwner owner, IHttpServer server)
        : base(resources, limits, output, owner)
    {
        ArgumentNullException.ThrowIfNull(server);
        _server = server;
    }

    /// <inheritdoc/>
    public override void ReceiveEnd()
    {
        _isReadEnded = true;
        if (IsFinished || EndBodyByClose()) return;
        KeepAlive = false;
        if (!IsActive) Finish(default);
        else if (State == ReceiveState.Body) Finish(HttpFault.Lost("the client ended in the middle of a request"));
    }

    /// <inheritdoc/>
    public override void Drain()
    {
        if (IsDraining) return;
        IsDraining = true;
        KeepAlive = false;
        if (!IsActive && !IsDiscarding) Finish(default);
    }

    internal override void SendInformational(HeaderBlock head)
    {
        // A server may send any number of them, so none is kept for a client that does not read.
        if (!IsActive || IsFinished || Stream.IsHeadSent || PeerProtocol == HttpProtocol.Http10 || OutputIsFull) return;
        if (head.Status == 100) _awaitsContinue = false;
        Http1HeadWriter writer = NewWriter(head, out bool isDirect);
        writer.StatusLine(head.Status);
        writer.Fields(head, withLength: false);
        writer.Put("\r\n"u8);
        Append(in writer, isDirect);
    }

    internal override void SendHead(HeaderBlock head, bool end)
    {
        if (IsFinished) return;
        bool isTunnel = head.Status == 101 || (_isConnect && head.Status is >= 200 and < 300);
        bool hasNoBody = _isHead || head.Status is 204 or 304;
        BodyKind kind = isTunnel ? BodyKind.Tunnel
            : hasNoBody ? BodyKind.None
            : end ? BodyKind.None
            : head.ContentLength >= 0 ? BodyKind.Length
            : PeerProtocol == HttpProtocol.Http11 ? BodyKind.Chunked : BodyKind.UntilClose;
        if (kind == BodyKind.UntilClose || (_awaitsContinue && !Stream.IsReceiveEnded)) KeepAlive = false;
        Http1HeadWriter writer = NewWriter(head, out bool isDirect);
        writer.StatusLine(head.Status);
        writer.Fields(head, withLength: kind == BodyKind.Length || (hasNoBody && head.Status != 204));
        if (kind == BodyKind.Chunked) writer.Put("transfer-encoding: chunked\r\n"u8);
        else if (end && !hasNoBody && !isTunnel) writer.Put("content-length: 0\r\n"u8);
        if (head.Status == 101) writer.Put("connection: upgrade\r\n"u8);
        else if (isTunnel) { }
        else if (!KeepAlive) writer.Put("connection: close\r\n"u8);
        else if (PeerProtocol == HttpProtocol.Http10) writer.Put("connection: keep-alive\r\n"u8);
        writer.Put("\r\n"u8);
        Append(in writer, isDirect);
        BeginSend(kind, head.ContentLength);
        if (isTunnel) BecomeTunnel();
        else if (_mayTunnel) Stream.MarkReceiveEnded();
        if (end) SendEnded();
    }

    internal override void Reset(HttpErrorCode code)
    {
        bool canGoOn = Stream.IsSendEnded && KeepAlive && !_awaitsContinue && Limits.MaxDiscardedBody > 0 && !Stream.IsTunnel;
        bool isWhole = Stream.IsReceiveEnded;
        EndSilently();
        if (canGoOn && isWhole) AfterExchange();
        else if (!canGoOn) Finish(new HttpFault(HttpFaultOrigin.Local, code, 0, HttpLimit.None, "reset"));
        else DiscardRest();
    }

    // Once the answer has begun, both may take their time with what they stream to each other.
    private protected override bool AwaitsBody => !Stream.IsHeadSent && !Stream.IsTunnel;

    private protected override bool ReadHead(ReadOnlySpan<byte> data, ref int at)
    {
        ReleaseIfPending();
        ReadOnlySpan<byte> rest = data[at..];
        if (_scannedHead == 0 && rest.StartsWith("\r\n"u8))
        {
            at += 2;
            if (++_emptyLines <= Limits.MaxEmptyLines) return true;
            Fail(HttpFault.OfLimit(HttpLimit.EmptyLines, "too many empty lines precede a request", 400));
            return false;
        }

        if (_scannedHead == 0 && rest is [(byte)'\r'])
        {
            // Half of an empty line, perhaps.
            if (HeadSince < 0) HeadSince = Resources.Now;
            return false;
        }

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
        _scannedHead = _emptyLines = 0;
        return Accept(rest[..end]);
    }

    private protected override void AfterExchange()
    {
        if (IsFinished) return;
        if (!KeepAlive || _isReadEnded || Stream.IsTunnel)
        {
            Finish(default);
            return;
        }

        State = ReceiveState.Head;
        IdleSince = Resources.Now;
        ResumeReceive();
        Owner.OnStateChanged(this);
    }

    /// <summary>Answers a fault of the head or, when nothing was answered yet, of the body; then closes.</summary>
    private protected override void Fail(in HttpFault fault)
    {
        bool isAnswered = IsActive ? Stream.IsHeadSent : IsDiscarding;
        if (fault.Status != 0 && !isAnswered)
        {
            HeaderBlock head = Resources.RentHead();
            Http1HeadWriter writer = NewWriter(head, out bool isDirect);
            writer.StatusLine(fault.Status);
            writer.Put("content-length: 0\r\nconnection: close\r\n\r\n"u8);
            Append(in writer, isDirect);
            Resources.Return(head);
        }

        base.Fail(in fault);
    }

    private bool Accept(ReadOnlySpan<byte> text)
    {
        HeaderBlock head = Resources.RentHead();
        HttpFault fault = Resources.Heads1.ReadRequest(text, head, Limits, out Http1Framing framing);
        if (!fault.IsNone)
        {
            Resources.Return(head);
            Fail(in fault);
            return false;
        }

        PeerProtocol = head.Protocol;
        KeepAlive = !IsDraining && !_isReadEnded && (head.Protocol == HttpProtocol.Http11 ? !framing.HasClose : framing.HasKeepAlive && !framing.HasClose);
        _isHead = head.MethodKind == RequestMethod.Head;
        _isConnect = head.MethodKind == RequestMethod.Connect;
        _awaitsContinue = head.TryGet(KnownHeader.Expect, out ReadOnlySpan<byte> expect) && System.Text.Ascii.EqualsIgnoreCase(expect, "100-continue"u8);
        BeginExchange();
        Stream.GiveHead(head);

        // What follows CONNECT or an upgrade is of the tunnel: it waits until the answer says whether there is one.
        BodyKind kind = _isConnect ? BodyKind.None : framing.IsChunked ? BodyKind.Chunked : head.ContentLength > 0 ? BodyKind.Length : BodyKind.None;
        _mayTunnel = _isConnect || (head.IsUpgrade && kind == BodyKind.None);
        bool hasBody = BeginBody(kind, head.ContentLength);
        if (!hasBody && !_mayTunnel) Stream.MarkReceiveEnded();
        Stream.Handler = _server.OnStream(Stream);
        if (IsActive) Stream.Handler.OnHead(Stream, head, !hasBody && !_mayTunnel);
        return true;
    }

    private void BecomeTunnel()
    {
        KeepAlive = false;
        Stream.MarkTunnel();
        if (Stream.IsReceiveEnded) return;
        _ = BeginBody(BodyKind.Tunnel, 0);
        if (_isReadEnded) _ = EndBodyByClose();
        else ResumeReceive();
    }
}
