namespace Linkerd.Http;

/// <summary>
/// One exchange of request and response, of any version, as its local end sees it. The session gives what the peer sends to
/// <see cref="Handler"/>; what is sent here is appended to the session's output at once, or held back while the peer's window,
/// or the output, is full. All calls are made on the session's loop.
/// <para>
/// Life: a stream ends with exactly one of <see cref="IHttpStreamHandler.OnClosed"/>, <see cref="IHttpStreamHandler.OnReset"/>
/// or a local <see cref="Reset"/>. After that it belongs to the session again and must not be touched: it is used for another exchange.
/// </para>
/// </summary>
public abstract class HttpStream
{
    private static readonly IHttpStreamHandler NoHandler = new IgnoringHandler();

    private IHttpStreamHandler _handler = NoHandler;
    private HeaderBlock? _head;

    /// <summary>Gets what the peer sends. May be replaced at any time.</summary>
    public IHttpStreamHandler Handler
    {
        get => _handler;
        set => _handler = value ?? NoHandler;
    }

    /// <summary>The session that the stream is of.</summary>
    public abstract HttpSession Session { get; }

    /// <summary>The version spoken on the connection.</summary>
    public abstract HttpProtocol Protocol { get; }

    /// <summary>
    /// The head that the peer sent: the request on a server, the final response on a client. It is the stream's until the
    /// stream ends, and may be edited and sent elsewhere.
    /// </summary>
    public HeaderBlock Head => _head ?? throw new InvalidOperationException("no head was received yet");

    /// <summary>A (final) head was received.</summary>
    public bool HasHead => _head is not null;

    /// <summary>The peer ended its direction.</summary>
    public bool IsReceiveEnded { get; protected set; }

    /// <summary>The (final) head was sent.</summary>
    public bool IsHeadSent { get; protected set; }

    /// <summary>This side ended its direction (what was held back may still wait).</summary>
    public bool IsSendEnded { get; protected set; }

    /// <summary>The stream has ended; nothing may be called.</summary>
    public bool IsClosed { get; protected set; }

    /// <summary>
    /// The connection became a raw tunnel (101, or 2xx to CONNECT over HTTP/1): data are bytes of the tunnel, the end is a half-close.
    /// </summary>
    public bool IsTunnel { get; protected set; }

    /// <summary>Body bytes received so far.</summary>
    public long BytesReceived { get; protected set; }

    /// <summary>Body bytes given to <see cref="SendData"/> so far.</summary>
    public long BytesSent { get; protected set; }

    /// <summary>Body bytes given to <see cref="SendData"/> that wait for a window or for the output.</summary>
    public abstract long BytesHeld { get; }

    /// <summary>When sending began to wait on the peer's window, in <see cref="HttpResources.Now"/>; -1 while it does not wait. For the owner's time-out of stalled readers.</summary>
    public long StalledSince { get; protected set; } = -1;

    /// <summary>Sends a 1xx head. Only on a server, before <see cref="SendHead"/>; dropped where the peer is HTTP/1.0.</summary>
    public abstract void SendInformational(HeaderBlock head);

    /// <summary>Sends the head. The block is only read, and only during the call.</summary>
    /// <param name="head">Request (client) or final response (server); <c>101</c> turns HTTP/1 into a tunnel.</param>
    /// <param name="end">Nothing follows.</param>
    public abstract void SendHead(HeaderBlock head, bool end);

    /// <summary>
    /// Sends body bytes. Returns how many of them are out already; <see cref="IHttpStreamHandler.OnSent"/>
    /// reports the others later, in order. The caller bounds what is held by granting its own source no more credit than that.
    /// </summary>
    public abstract int SendData(ReadOnlySpan<byte> data, bool end);

    /// <summary>
    /// Sends body bytes that lie where they are to be framed, so that they need not be copied: each <see cref="SlotSize"/> octets (the last slot may be
    /// shorter) begin with <see cref="SlotHeader"/> octets of room. False, and nothing is sent, where that is not possible: the version does
    /// not frame so, the peer's window is too small, or bytes are held; then <see cref="SendData"/> takes each slot's body.
    /// </summary>
    public virtual bool TrySendSlots(Span<byte> slots) => false;

    /// <summary>Octets of a slot: as many as a TLS record takes.</summary>
    public const int SlotSize = 16 * 1024;

    /// <summary>Octets of room in front of each slot.</summary>
    public const int SlotHeader = 9;

    /// <summary>Sends trailers and ends this direction. Where they cannot be sent (HTTP/1 without chunking) the end alone is.</summary>
    public abstract void SendTrailers(HeaderBlock trailers);

    /// <summary>Gives back credit for <paramref name="count"/> bytes received with <see cref="IHttpStreamHandler.OnData"/>: the peer may send as many more.</summary>
    public abstract void Consumed(int count);

    /// <summary>
    /// Ends the stream at once, both ways; no call of the handler follows. HTTP/2: RST_STREAM. HTTP/1: the connection is
    /// given up, unless the exchange was complete.
    /// </summary>
    public abstract void Reset(HttpErrorCode code);

    /// <summary>HTTP/1: the connection is closed after this exchange, and the head says so if it was not sent yet. HTTP/2: no effect, see <see cref="HttpSession.Drain"/>.</summary>
    public virtual void CloseConnectionAfter()
    {
    }

    /// <summary>Gives the stream its received head.</summary>
    private protected void SetHead(HeaderBlock? head) => _head = head;

    /// <summary>Takes the received head away, to be returned to its pool.</summary>
    private protected HeaderBlock? TakeHead()
    {
        HeaderBlock? head = _head;
        _head = null;
        return head;
    }

    /// <summary>Everything as in a new stream.</summary>
    private protected void ResetState()
    {
        _handler = NoHandler;
        IsReceiveEnded = IsHeadSent = IsSendEnded = IsClosed = IsTunnel = false;
        BytesReceived = BytesSent = 0;
        StalledSince = -1;
    }

    private sealed class IgnoringHandler : IHttpStreamHandler
    {
        public void OnInformational(HttpStream stream, HeaderBlock head)
        {
        }

        public void OnHead(HttpStream stream, HeaderBlock head, bool end)
        {
        }

        public void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end) => stream.Consumed(data.Length);

        public void OnTrailers(HttpStream stream, HeaderBlock trailers)
        {
        }

        public void OnSent(HttpStream stream, int count)
        {
        }

        public void OnReset(HttpStream stream, in HttpFault fault)
        {
        }

        public void OnClosed(HttpStream stream)
        {
        }
    }
}
