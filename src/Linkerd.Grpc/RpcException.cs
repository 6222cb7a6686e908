namespace Linkerd.Grpc;

/// <summary>A call that ended with a status other than OK. A handler throws it to say which.</summary>
public sealed class RpcException : Exception
{
    /// <summary>An exception for the status.</summary>
    public RpcException(Status status)
        : this(status, [])
    {
    }

    /// <summary>An exception for the status and the trailers that came (or go) with it.</summary>
    public RpcException(Status status, Metadata trailers)
        : base(status.ToString(), status.DebugException)
    {
        Status = status;
        Trailers = trailers;
    }

    /// <summary>How the call ended.</summary>
    public Status Status { get; }

    /// <summary>The code of <see cref="Status"/>.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>Metadata that the server sent at the end; empty when there is none.</summary>
    public Metadata Trailers { get; }
}
