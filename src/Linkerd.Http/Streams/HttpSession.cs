namespace Linkerd.Http;

/// <summary>
/// One connection's protocol state: takes bytes, appends bytes to an <see cref="IByteOutput"/>, and couples both to
/// <see cref="HttpStream"/>s. Knows no sockets, timers or threads; everything is called on one loop.
/// </summary>
public abstract class HttpSession
{
    private long _outputSince = -1;
    private long _outputDrained;

    private protected HttpSession(HttpResources resources, IByteOutput output, IHttpSessionOwner owner)
    {
        ArgumentNullException.ThrowIfNull(resources);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(owner);
        Resources = resources;
        Output = output;
        Owner = owner;
        Counters = resources.Counters;
    }

    /// <summary>For the owner's use: for example who the peer is.</summary>
    public object? Tag { get; set; }

    /// <summary>The version that the session speaks.</summary>
    public abstract HttpProtocol Protocol { get; }

    /// <summary>Streams that have not ended.</summary>
    public abstract int ActiveStreams { get; }

    /// <summary>Client: a stream can be opened now. Always false on a server.</summary>
    public virtual bool CanOpen => false;

    /// <summary>No new streams are taken or opened; the session finishes when the present ones have ended.</summary>
    public bool IsDraining { get; protected set; }

    /// <summary>The session is over.</summary>
    public bool IsFinished
    {
        get;
        protected set
        {
            field = value;
            if (value && TimedIndex >= 0) Resources.Unwatch(this);
        }
    }

    /// <summary>
    /// What was being sent is only delimited by the end of the connection, and broke off: an orderly end would make it look complete, so the
    /// owner resets the connection.
    /// </summary>
    public bool EndsAbruptly { get; protected set; }

    /// <summary>
    /// The session took less than it was given because a stream has no credit, or the next request must wait: the owner
    /// stops reading until <see cref="IHttpSessionOwner.OnReceiveResumed"/>.
    /// </summary>
    public bool IsReceivePaused { get; protected set; }

    /// <summary>When the last stream ended or the session began, in <see cref="HttpResources.Now"/>. For idle time-outs.</summary>
    public long IdleSince { get; protected set; }

    /// <summary>Counts what the peer made the session refuse: the resources' counters, unless the owner gives others before the start.</summary>
    public HttpCounters Counters { get; set; }

    internal HttpResources Resources { get; }

    internal IByteOutput Output { get; }

    internal IHttpSessionOwner Owner { get; }

    /// <summary>Place in the list of those whose time is checked; -1 when it is not there.</summary>
    internal int TimedIndex { get; set; } = -1;

    /// <summary>Something with a time limit is under way.</summary>
    internal bool IsTimed => IsProtocolTimed || Output.Pending > 0;

    /// <summary>How often the time is checked, in milliseconds: a quarter of the shortest limit, at most 5 s.</summary>
    internal abstract int CheckInterval { get; }

    /// <summary>The protocol has something under way with a time limit.</summary>
    private protected abstract bool IsProtocolTimed { get; }

    /// <summary>How long the peer may take none of what it was sent. Milliseconds.</summary>
    private protected abstract int StallTimeout { get; }

    /// <summary>Begins: HTTP/2 sends its preface and settings. Called once, before anything else.</summary>
    public virtual void Start() => IdleSince = Resources.Now;

    /// <summary>
    /// Takes bytes from the peer, split anywhere. Returns how many were consumed; the owner offers the rest again, with more
    /// behind it, when more arrives or when receiving is resumed. What is left is less than one frame or head, unless
    /// <see cref="IsReceivePaused"/>.
    /// </summary>
    public abstract int Receive(ReadOnlySpan<byte> data);

    /// <summary>The peer ended its direction, after all its bytes were consumed or left.</summary>
    public abstract void ReceiveEnd();

    /// <summary>The output has room again: <see cref="IByteOutput.Pending"/> fell. Sends what was held back and reports it.</summary>
    public abstract void OnOutputDrained();

    /// <summary>The connection is gone: every stream is reset with <paramref name="fault"/>. Nothing is written; the owner is not called.</summary>
    public abstract void OnConnectionLost(in HttpFault fault);

    /// <summary>
    /// Ends in order: HTTP/1 answers what it has with <c>connection: close</c>; HTTP/2 announces the end with GOAWAY, lets
    /// requests in flight arrive for one round trip, then names the last one (RFC 9113 §6.8).
    /// </summary>
    public abstract void Drain();

    /// <summary>
    /// Client: opens a stream whose head is to be sent; null when none can be opened now (<see cref="CanOpen"/>).
    /// Always null on a server.
    /// </summary>
    public virtual HttpStream? Open(IHttpStreamHandler handler) => null;

    /// <summary>
    /// Ends what took longer than its limit: a head that does not become complete, a body that does not go on, a stream whose
    /// window stays shut, a peer that does not read.
    /// </summary>
    internal void CheckTime()
    {
        if (IsFinished) return;
        long now = Resources.Now;
        if (!IsOutputStalled(now))
        {
            CheckProtocolTime(now);
            return;
        }

        HttpFault fault = HttpFault.OfLimit(HttpLimit.OutputStall, "the peer does not read");
        Counters.Count(in fault, connection: true);
        GiveUp(in fault);
    }

    /// <summary>To be called whenever something may have begun that has a time limit.</summary>
    private protected void WatchTime()
    {
        if (TimedIndex < 0 && IsTimed && !IsFinished) Resources.Watch(this);
    }

    private protected abstract void CheckProtocolTime(long now);

    /// <summary>Ends the session; nothing more can be written.</summary>
    private protected abstract void GiveUp(in HttpFault fault);

    // Compares with the last time, so that nothing is noted when bytes leave.
    private bool IsOutputStalled(long now)
    {
        if (Output.Pending == 0)
        {
            _outputSince = -1;
            return false;
        }

        long drained = Output.Drained;
        if (_outputSince >= 0 && drained == _outputDrained) return now - _outputSince >= StallTimeout;
        _outputSince = now;
        _outputDrained = drained;
        return false;
    }

    private protected bool OutputIsFull => Output.Pending > Resources.OutputHighWatermark;
}
