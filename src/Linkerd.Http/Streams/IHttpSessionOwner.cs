namespace Linkerd.Http;

/// <summary>What a session asks of the connection that it runs on. Calls may come from inside any call of the session or its streams.</summary>
public interface IHttpSessionOwner
{
    /// <summary>
    /// The session takes input again after <see cref="HttpSession.IsReceivePaused"/>: call <see cref="HttpSession.Receive"/>
    /// with what it left, soon, but not from inside this call.
    /// </summary>
    void OnReceiveResumed(HttpSession session);

    /// <summary>A tunnel ended its sending direction: half-close after what is pending.</summary>
    void OnSendEnded(HttpSession session);

    /// <summary>
    /// The session is over and will append nothing more: flush, then close in order (or at once, as the fault suggests).
    /// All its streams have ended.
    /// </summary>
    void OnFinished(HttpSession session, in HttpFault fault);

    /// <summary>
    /// Client: whether another stream can be opened may have changed; also called when the last stream ended
    /// (<see cref="HttpSession.ActiveStreams"/> is 0), on either side.
    /// </summary>
    void OnStateChanged(HttpSession session);

    /// <summary>HTTP/2: the peer answered a ping.</summary>
    void OnPong(HttpSession session, ulong opaque);
}
