namespace Linkerd.Proxy.Tracing;

/// <summary>How a request tells its trace.</summary>
public enum TraceForm : byte
{
    /// <summary><c>traceparent</c>.</summary>
    W3C,

    /// <summary><c>grpc-trace-bin</c>.</summary>
    GrpcBinary,

    /// <summary><c>x-b3-traceid</c> and its kin.</summary>
    B3,
}
