namespace Linkerd.Http;

/// <summary>The one exchange that an HTTP/1 connection has at a time. The session does the work and uses it again.</summary>
internal sealed class Http1Stream(Http1Session session) : HttpStream
{
    public override HttpSession Session => session;

    public override HttpProtocol Protocol => HttpProtocol.Http11;

    public override long BytesHeld => session.BytesHeld;

    public void Begin() => ResetState();

    public override void SendInformational(HeaderBlock head) => session.SendInformational(head);

    public override void SendHead(HeaderBlock head, bool end)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (IsHeadSent || IsClosed) throw new InvalidOperationException("the head was sent already");
        IsHeadSent = true;
        session.SendHead(head, end);
    }

    public override int SendData(ReadOnlySpan<byte> data, bool end)
    {
        if (!IsHeadSent || IsSendEnded || IsClosed) throw new InvalidOperationException("data must follow the head and precede the end");
        BytesSent += data.Length;
        return session.SendData(data, end);
    }

    public override void SendTrailers(HeaderBlock trailers)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        if (!IsHeadSent || IsSendEnded || IsClosed) throw new InvalidOperationException("trailers must follow the head and end the stream");
        session.SendTrailers(trailers);
    }

    public override void Consumed(int count)
    {
        if (!IsClosed) session.Consumed(count);
    }

    public override void Reset(HttpErrorCode code)
    {
        if (!IsClosed) session.Reset(code);
    }

    public override void CloseConnectionAfter() => session.CloseAfterExchange();

    public void MarkReceiveEnded() => IsReceiveEnded = true;

    public void MarkSendEnded() => IsSendEnded = true;

    public void MarkClosed() => IsClosed = true;

    public void MarkTunnel() => IsTunnel = true;

    public void CountReceived(int count) => BytesReceived += count;

    public void GiveHead(HeaderBlock head) => SetHead(head);

    /// <summary>Gives back what it holds.</summary>
    public void End(HttpResources resources)
    {
        if (TakeHead() is { } head) resources.Return(head);
        Handler = null!;
    }
}
