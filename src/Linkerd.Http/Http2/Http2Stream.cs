namespace Linkerd.Http;

/// <summary>A stream of HTTP/2: its windows and what it holds back. The session does the work.</summary>
internal sealed class Http2Stream : HttpStream
{
    private Http2Session? _session;
    private HoldQueue _held;

    public int Id { get; set; }

    /// <summary>When it began, in <see cref="HttpResources.Now"/>.</summary>
    public long BegunAt { get; private set; }

    public long SendWindow { get; set; }

    public int ReceiveWindow { get; set; }

    /// <summary>Bytes given to the handler, or lost with their stream, whose credit has not come back.</summary>
    public int Unconsumed { get; set; }

    /// <summary>Credit come back and not yet announced.</summary>
    public int Unannounced { get; set; }

    /// <summary>Body bytes that <c>content-length</c> still promises; -1 when it says nothing.</summary>
    public long Expected { get; set; } = -1;

    /// <summary>Client: the request was a HEAD, so the response's length promises nothing.</summary>
    public bool IsHeadRequest { get; set; }

    /// <summary>END_STREAM is written.</summary>
    public bool IsEndWritten { get; set; }

    /// <summary>Waits its turn in the session's ring of senders.</summary>
    public bool IsQueued { get; set; }

    public Http2Stream? NextQueued { get; set; }

    public Http2Stream? NextClosed { get; set; }

    public HeaderBlock? HeldTrailers { get; set; }

    public ref HoldQueue Held => ref _held;

    public override HttpSession Session => Owner;

    public override HttpProtocol Protocol => HttpProtocol.Http2;

    public override long BytesHeld => _held.Length;

    private Http2Session Owner => _session ?? throw new InvalidOperationException("the stream has ended");

    public void Begin(Http2Session session, int id, long now, long sendWindow, int receiveWindow)
    {
        ResetState();
        _session = session;
        Id = id;
        BegunAt = now;
        SendWindow = sendWindow;
        ReceiveWindow = receiveWindow;
        Unconsumed = Unannounced = 0;
        Expected = -1;
        IsHeadRequest = IsEndWritten = IsQueued = false;
    }

    public override void SendInformational(HeaderBlock head) => Owner.SendInformational(this, head);

    public override void SendHead(HeaderBlock head, bool end)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (IsHeadSent || IsClosed) throw new InvalidOperationException("the head was sent already");
        IsHeadSent = true;
        IsSendEnded = end;
        Owner.SendHead(this, head, end);
    }

    public override int SendData(ReadOnlySpan<byte> data, bool end)
    {
        if (!IsHeadSent || IsSendEnded || IsClosed) throw new InvalidOperationException("data must follow the head and precede the end");
        IsSendEnded = end;
        BytesSent += data.Length;
        return Owner.SendData(this, data, end);
    }

    public override bool TrySendSlots(Span<byte> slots)
    {
        if (!IsHeadSent || IsSendEnded || IsClosed || !Owner.TrySendSlots(this, slots, out int sent)) return false;
        BytesSent += sent;
        return true;
    }

    public override void SendTrailers(HeaderBlock trailers)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        if (!IsHeadSent || IsSendEnded || IsClosed) throw new InvalidOperationException("trailers must follow the head and end the stream");
        IsSendEnded = true;
        Owner.SendTrailers(this, trailers);
    }

    public override void Consumed(int count) => Owner.Consumed(this, count);

    public override void Reset(HttpErrorCode code)
    {
        if (!IsClosed) Owner.Reset(this, code);
    }

    public void MarkReceiveEnded() => IsReceiveEnded = true;

    public void MarkClosed() => IsClosed = true;

    public void CountReceived(int count) => BytesReceived += count;

    public void Stall(long since) => StalledSince = since;

    public void GiveHead(HeaderBlock head) => SetHead(head);

    /// <summary>Gives back everything that it holds.</summary>
    public void End(HttpResources resources)
    {
        _held.Clear(resources);
        if (TakeHead() is { } head) resources.Return(head);
        if (HeldTrailers is { } trailers) resources.Return(trailers);
        HeldTrailers = null;
        Handler = null!;
        _session = null;
    }
}
