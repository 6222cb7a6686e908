using Linkerd.Http;
using Linkerd.Proxy.AccessLog;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Tap;
using Linkerd.Proxy.Tracing;
using Linkerd.Routing;

namespace Linkerd.Proxy.Stack;

/// <summary>
/// One request and its answer, as the stack sees it. The HTTP layer implements it (pooled per loop) and couples the server's
/// stream with a client's by plain calls. Not to be touched after <see cref="IExchangeObserver.OnEnd"/> of <see cref="Observer"/>.
/// </summary>
public abstract class HttpExchange
{
    /// <summary>The loop that everything happens on.</summary>
    public abstract Worker Worker { get; }

    /// <summary>Who sent it.</summary>
    public abstract HttpPeer Peer { get; }

    /// <summary>The request's head. May be edited until <see cref="Forward"/>.</summary>
    public abstract HeaderBlock Request { get; }

    /// <summary>When the head arrived, in the loop's nanoseconds.</summary>
    public long StartedAt { get; protected set; }

    /// <summary>When the request had arrived whole, in the loop's nanoseconds; 0 before.</summary>
    public long RequestEndedAt { get; protected set; }

    /// <summary>When the current attempt began, in the loop's nanoseconds; set by who forwards.</summary>
    public long AttemptedAt { get; set; }

    /// <summary>The attempt was not answered yet; set by who forwards, cleared by its observer.</summary>
    public bool IsAttemptPending { get; set; }

    /// <summary>How long the server of the current attempt wants to be left alone; set by who forwards. Zero for no word.</summary>
    public TimeSpan RetryAfter { get; set; }

    /// <summary>When the response head arrived from the server, or the proxy answered; 0 before.</summary>
    public long RespondedAt { get; protected set; }

    /// <summary>Status of the answer that the client gets; 0 before.</summary>
    public int Status { get; protected set; }

    /// <summary>Value of <c>grpc-status</c> in the head or the trailers; -1 for none.</summary>
    public int GrpcStatus { get; protected set; } = -1;

    /// <summary>Set when the proxy answered or gave up itself.</summary>
    public ProxyError Error { get; protected set; }

    /// <summary>Set when a stream failed after the answer had begun, or the client reset it.</summary>
    public HttpFault Fault { get; protected set; }

    /// <summary>The client left before it had the whole answer: what follows says nothing of the server.</summary>
    public bool IsClientGone { get; protected set; }

    /// <summary>The client left a gRPC call whose answer had begun and whose status had not come: nobody will ever know it.</summary>
    public bool IsStatusLost { get; protected set; }

    /// <summary>Body bytes from the client so far.</summary>
    public abstract long RequestBytes { get; }

    /// <summary>Body bytes to the client so far.</summary>
    public abstract long ResponseBytes { get; }

    /// <summary>The request is gRPC: its content type starts with <c>application/grpc</c>.</summary>
    public bool IsGrpc => Request.TryGet(KnownHeader.ContentType, out ReadOnlySpan<byte> type) && type.StartsWith("application/grpc"u8);

    /// <summary>The request's authority without its port.</summary>
    public ReadOnlySpan<byte> Hostname => HostMatcher.WithoutPort(Request.Authority);

    /// <summary>Follows the exchange as a whole; set by the service before it forwards or responds. May be null.</summary>
    public IExchangeObserver? Observer { get; set; }

    /// <summary>Follows the current attempt; set by <see cref="Forward"/>.</summary>
    public IExchangeObserver? Attempt { get; protected set; }

    /// <summary>Told when the client leaves while the request waits (in a queue, for discovery); set by who lets it wait, cleared when it goes on.</summary>
    public IWaiting? Waiting { get; set; }

    /// <summary>Where the sizes of data frames are counted; null counts none. Set before <see cref="Forward"/>, cleared when the exchange is reused.</summary>
    public BodyFrames? Frames { get; set; }

    /// <summary>
    /// Asked when an endpoint has not seen the request at all: no connection could be had, or the peer said that it did not process it (RFC 9113 §8.7). Such a
    /// request may go elsewhere whatever its method. Null where it may not; cleared when the exchange is reused.
    /// </summary>
    public IUnsentHandler? Unsent { get; set; }

    /// <summary>Decides what becomes of attempts that failed; set before the first one. Null: whatever the server answers is relayed.</summary>
    public IAttemptPolicy? Attempts { get; set; }

    /// <summary>Tells failures from successes where the usual rules do not hold; null for those.</summary>
    public IResponseClassifier? Classifier { get; set; }

    /// <summary>The whole request body has arrived.</summary>
    public virtual bool IsRequestEnded => true;

    /// <summary>The request can be sent again: all of its body so far is kept.</summary>
    public virtual bool IsReplayable => false;

    /// <summary>Labels of the route, for taps; null for none. Set before <see cref="Forward"/>, cleared when the exchange is reused.</summary>
    public TapLabels? RouteLabels { get; set; }

    /// <summary>The taps that follow the request, or its current attempt; null for none.</summary>
    internal TapRecord? Tap { get; set; }

    /// <summary>What the access log notes of the request; null for nothing.</summary>
    internal AccessLogEntry? Logged { get; set; }

    /// <summary>The span that is exported when the request is over; null for none.</summary>
    internal SpanRecord? Span { get; set; }

    /// <summary>Free for the stack: the route, and what else a layer must find again at the end. Cleared when the exchange is reused.</summary>
    public object? RouteState { get; set; }

    /// <summary>The route of the destination's service profile on the server's side; null for none. Cleared when the exchange is reused.</summary>
    internal Inbound.InboundProfileRoute? InboundRoute { get; set; }

    /// <summary>
    /// Sends the request by <paramref name="client"/> and relays the answer. When no stream can be had, <paramref name="attempt"/> hears
    /// of the end with <see cref="Error"/> set, and the client gets that answer.
    /// </summary>
    public abstract void Forward(HttpClient client, IExchangeObserver? attempt);

    /// <summary>Bounds the exchange in time. Before the first attempt.</summary>
    public virtual void SetTimeouts(in ExchangeTimeouts timeouts)
    {
    }

    /// <summary>Keeps the head as it is now and up to <paramref name="maxBytes"/> of the body, so that <see cref="Attempts"/> can send the request again. Before the first attempt.</summary>
    public virtual void KeepForReplay(int maxBytes)
    {
    }

    /// <summary>An attempt begins: it will be forwarded or answered, and <see cref="Attempts"/> hears of its end.</summary>
    /// <param name="headersTimeout">From the end of the request to the response head; zero for no limit.</param>
    public virtual void StartAttempt(TimeSpan headersTimeout)
    {
    }

    /// <summary>Answers the client itself, as <see cref="ErrorTable"/> says.</summary>
    public abstract void Respond(ProxyError error);
}
