namespace Linkerd.Grpc.Protocol;

/// <summary>The head of a gRPC request, for transports that write their own HTTP/2.</summary>
public static class RequestHead
{
    /// <summary>Every field in the order to send: pseudo-headers, gRPC's own, then the caller's metadata. Names are in lower case.</summary>
    /// <param name="method">What is called.</param>
    /// <param name="scheme"><c>http</c> or <c>https</c>.</param>
    /// <param name="authority">The server's name.</param>
    /// <param name="options">Metadata and timeout.</param>
    /// <param name="userAgent">The value of <c>user-agent</c>.</param>
    public static IEnumerable<KeyValuePair<string, string>> Fields(IMethod method, string scheme, string authority, CallOptions options, string userAgent)
    {
        yield return new(":method", "POST");
        yield return new(":scheme", scheme);
        yield return new(":path", method.FullName);
        yield return new(":authority", authority);
        yield return new("te", GrpcProtocol.Trailers);
        if (options.Timeout is { } timeout)
            yield return new(GrpcProtocol.TimeoutHeader, TimeoutCodec.Encode(timeout));
        yield return new("content-type", GrpcProtocol.ContentType);
        yield return new(GrpcProtocol.AcceptEncodingHeader, GrpcProtocol.AcceptedEncodings);
        yield return new("user-agent", userAgent);
        if (options.Headers is null)
            yield break;
        foreach (var entry in options.Headers)
            yield return new(entry.Key, entry.ToHeaderValue());
    }
}
