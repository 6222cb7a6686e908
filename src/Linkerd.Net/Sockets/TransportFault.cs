namespace Linkerd.Net;

/// <summary>Why a transport ended, as a value.</summary>
public readonly record struct TransportFault(TransportFaultKind Kind, int Errno = 0, TlsFailure? Tls = null)
{
    /// <summary>The transport ended in order.</summary>
    public bool IsNone => Kind == TransportFaultKind.None;

    public static TransportFault Io(int errno) => new(TransportFaultKind.Io, errno);

    public static TransportFault OfTls(TlsFailure failure) => new(TransportFaultKind.Tls, Linkerd.Net.Errno.EPROTO, failure);

    public override string ToString() => Kind switch
    {
        TransportFaultKind.None => "closed",
        TransportFaultKind.Io => Linkerd.Net.Errno.Name(Errno),
        TransportFaultKind.Tls => Tls?.ToString() ?? "tls",
        TransportFaultKind.Aborted => "aborted",
        TransportFaultKind.Timeout => "timed out",
        TransportFaultKind.InputOverflow => "input not consumed",
        TransportFaultKind.Handler => "internal error",
        _ => "event loop stopped",
    };
}
