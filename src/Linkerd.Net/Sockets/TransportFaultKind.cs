namespace Linkerd.Net;

/// <summary>Why a transport ended.</summary>
public enum TransportFaultKind : byte
{
    /// <summary>Both directions ended in order.</summary>
    None,

    /// <summary>A system call failed; <see cref="TransportFault.Errno"/> says how (ECONNRESET, ETIMEDOUT, EPIPE, …).</summary>
    Io,

    /// <summary>TLS failed; <see cref="TransportFault.Tls"/> says how.</summary>
    Tls,

    /// <summary><see cref="Transport.Abort(TransportFaultKind)"/> was called on this side.</summary>
    Aborted,

    /// <summary>A time limit of the caller passed.</summary>
    Timeout,

    /// <summary>The handler left more than <see cref="Transport.MaxRetained"/> bytes unconsumed without pausing.</summary>
    InputOverflow,

    /// <summary>The handler threw.</summary>
    Handler,

    /// <summary>The event loop ended.</summary>
    LoopStopped,
}
