namespace Linkerd.Grpc;

/// <summary>One call, as its handler on the server sees it.</summary>
public abstract class ServerCallContext
{
    /// <summary>The request's path: <c>/service/method</c>.</summary>
    public abstract string Method { get; }

    /// <summary>The request's authority.</summary>
    public abstract string Host { get; }

    /// <summary>The other end of the connection, as <c>ipv4:address:port</c> or <c>ipv6:[address]:port</c>.</summary>
    public abstract string Peer { get; }

    /// <summary>How long the client lets the call take, counted from its start; null: no limit.</summary>
    public abstract TimeSpan? Timeout { get; }

    /// <summary>Metadata from the client.</summary>
    public abstract Metadata RequestHeaders { get; }

    /// <summary>Metadata to send at the end.</summary>
    public abstract Metadata ResponseTrailers { get; }

    /// <summary>Fires when the client goes away, the deadline passes, or the server stops.</summary>
    public abstract CancellationToken CancellationToken { get; }

    /// <summary>How the call ends when the handler returns; OK unless set.</summary>
    public Status Status { get; set; } = Status.DefaultSuccess;

    /// <summary>Sends metadata ahead of the first response. At most once.</summary>
    public abstract Task WriteResponseHeadersAsync(Metadata responseHeaders);
}
