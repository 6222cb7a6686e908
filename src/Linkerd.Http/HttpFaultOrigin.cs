namespace Linkerd.Http;

/// <summary>Who or what ended a stream or connection.</summary>
public enum HttpFaultOrigin : byte
{
    /// <summary>Nothing failed: it ended in order.</summary>
    None,

    /// <summary>The peer said so: RST_STREAM, GOAWAY with an error.</summary>
    Peer,

    /// <summary>The peer broke the protocol or a limit of ours; what it sent was refused here.</summary>
    Protocol,

    /// <summary>The connection was lost, or ended before the message did.</summary>
    Connection,

    /// <summary>The peer will not process the stream: GOAWAY below its id, or REFUSED_STREAM. Safe to try again elsewhere.</summary>
    Refused,

    /// <summary>This side ended it.</summary>
    Local,
}
