namespace Linkerd.Http;

/// <summary>Why a stream or connection ended, as a value: who, the wire code, and words for a log.</summary>
/// <param name="Origin">Who ended it.</param>
/// <param name="Code">The error code of RFC 9113 §7.</param>
/// <param name="Status">The HTTP/1 status that answers it (400, 414, 431, 501, 505); 0 when none does.</param>
/// <param name="Limit">The limit that was reached, if one was.</param>
/// <param name="Message">A constant text naming field and rule; never built per fault.</param>
public readonly record struct HttpFault(HttpFaultOrigin Origin, HttpErrorCode Code, int Status = 0, HttpLimit Limit = HttpLimit.None, string Message = "")
{
    /// <summary>It ended in order.</summary>
    public bool IsNone => Origin == HttpFaultOrigin.None;

    /// <summary>The peer did not process the request: it may be sent elsewhere, whatever its method.</summary>
    public bool IsRetryable => Origin == HttpFaultOrigin.Refused;

    /// <summary>The peer broke a rule of the protocol.</summary>
    public static HttpFault Protocol(string message, HttpErrorCode code = HttpErrorCode.ProtocolError, int status = 400) =>
        new(HttpFaultOrigin.Protocol, code, status, HttpLimit.None, message);

    /// <summary>The peer reached a limit.</summary>
    public static HttpFault OfLimit(HttpLimit limit, string message, int status = 431, HttpErrorCode code = HttpErrorCode.EnhanceYourCalm) =>
        new(HttpFaultOrigin.Protocol, code, status, limit, message);

    /// <summary>The peer reset the stream; REFUSED_STREAM is marked as such.</summary>
    public static HttpFault Reset(HttpErrorCode code) =>
        new(code == HttpErrorCode.RefusedStream ? HttpFaultOrigin.Refused : HttpFaultOrigin.Peer, code, 0, HttpLimit.None, "reset by the peer");

    /// <summary>The connection was lost.</summary>
    public static HttpFault Lost(string message) => new(HttpFaultOrigin.Connection, HttpErrorCode.InternalError, 0, HttpLimit.None, message);

    /// <inheritdoc/>
    public override string ToString() => IsNone ? "closed" : $"{Origin}: {Code}: {Message}";
}
