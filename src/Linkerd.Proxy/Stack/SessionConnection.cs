using Linkerd.Http;
using Linkerd.Net;

namespace Linkerd.Proxy.Stack;

/// <summary>Couples an HTTP session to a transport: bytes in, bytes out, back-pressure, the end. Base of every HTTP connection.</summary>
public abstract class SessionConnection : ITransportHandler, IHttpSessionOwner, IByteOutput
{
    private HttpSession? _session;

    protected SessionConnection(Transport transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        Transport = transport;
    }

    public Transport Transport { get; }

    /// <summary>Set once by <see cref="Run"/>.</summary>
    public HttpSession Session => _session ?? throw new InvalidOperationException("the session has not begun");

    /// <summary>The connection is gone.</summary>
    public bool IsClosed { get; private set; }

    /// <inheritdoc/>
    public long Pending => Transport.PendingOutput;

    /// <inheritdoc/>
    public long Drained => Transport is TlsTransport tls ? tls.Inner.BytesWritten : Transport.BytesWritten;

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint) => Transport.GetSpan(sizeHint);

    /// <inheritdoc/>
    public void Advance(int count) => Transport.Advance(count);

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> data) => Transport.Write(data);

    int ITransportHandler.OnData(ReadOnlySpan<byte> data)
    {
        HttpSession session = Session;
        int consumed = session.IsReceivePaused ? 0 : session.Receive(data);
        if (session.IsReceivePaused) Transport.PauseReading();
        return consumed;
    }

    void ITransportHandler.OnReadClosed() => Session.ReceiveEnd();

    void ITransportHandler.OnDrained() => Session.OnOutputDrained();

    void ITransportHandler.OnClosed(TransportFault fault)
    {
        if (IsClosed) return;
        IsClosed = true;
        Session.OnConnectionLost(HttpFault.Lost(fault.IsNone ? "the connection was closed" : "the connection was lost"));
        OnClosed(fault);
    }

    void IHttpSessionOwner.OnReceiveResumed(HttpSession session) => Transport.ResumeReading();

    void IHttpSessionOwner.OnSendEnded(HttpSession session) => Transport.CloseWrite();

    void IHttpSessionOwner.OnFinished(HttpSession session, in HttpFault fault)
    {
        OnFinished(in fault);
        // A peer that has taken nothing for minutes would not take the end either.
        if (fault.Limit == HttpLimit.OutputStall) Transport.Abort(TransportFaultKind.Timeout);
        else if (Session.EndsAbruptly) Transport.Abort();
        else Transport.Close();
    }

    void IHttpSessionOwner.OnStateChanged(HttpSession session) => OnStateChanged();

    void IHttpSessionOwner.OnPong(HttpSession session, ulong opaque) => OnPong(opaque);

    /// <summary>Starts the session on the transport.</summary>
    protected void Run(HttpSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        _session = session;
        session.Start();
        Transport.Handler = this;
    }

    /// <summary>The transport is gone and every stream has ended. Last call.</summary>
    protected virtual void OnClosed(TransportFault fault)
    {
    }

    /// <summary>The session is over; the transport is being closed.</summary>
    protected virtual void OnFinished(in HttpFault fault)
    {
    }

    /// <summary>Streams can or cannot be opened any more, or the last one ended.</summary>
    protected virtual void OnStateChanged()
    {
    }

    /// <summary>HTTP/2: a ping was answered.</summary>
    protected virtual void OnPong(ulong opaque)
    {
    }
}
