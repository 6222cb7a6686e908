using System.Globalization;

namespace Linkerd.Grpc.Protocol;

/// <summary>Names and numbers of gRPC over HTTP/2.</summary>
public static class GrpcProtocol
{
    /// <summary>The content type that we send; a suffix such as <c>+proto</c> is taken too.</summary>
    public const string ContentType = "application/grpc";

    /// <summary>Trailer: the status as a decimal number.</summary>
    public const string StatusHeader = "grpc-status";

    /// <summary>Trailer: the status's words, percent-encoded.</summary>
    public const string MessageHeader = "grpc-message";

    /// <summary>Request header: time left.</summary>
    public const string TimeoutHeader = "grpc-timeout";

    /// <summary>Header: how messages whose flag is set are compressed.</summary>
    public const string EncodingHeader = "grpc-encoding";

    /// <summary>Header: compressions that the sender can read.</summary>
    public const string AcceptEncodingHeader = "grpc-accept-encoding";

    /// <summary>What we can read.</summary>
    public const string AcceptedEncodings = "identity,gzip";

    /// <summary>The value of <c>te</c> that gRPC asks for.</summary>
    public const string Trailers = "trailers";

    /// <summary>4 MiB: what gRPC implementations take unless told otherwise.</summary>
    public const int DefaultMaxMessageSize = 4 * 1024 * 1024;

    /// <summary>Whether a content type is gRPC's: <c>application/grpc</c>, alone or followed by <c>+</c> or <c>;</c>.</summary>
    public static bool IsGrpcContentType(ReadOnlySpan<char> contentType)
        => contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
           && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is '+' or ';' or ' ');

    /// <summary>Whether a header belongs to HTTP or to gRPC itself, and so is no metadata.</summary>
    public static bool IsReserved(string name)
        => name.StartsWith(':')
           || name.Equals("content-type", StringComparison.OrdinalIgnoreCase)
           || name.Equals("content-length", StringComparison.OrdinalIgnoreCase)
           || name.Equals("te", StringComparison.OrdinalIgnoreCase)
           || name.Equals("host", StringComparison.OrdinalIgnoreCase)
           || name.Equals(StatusHeader, StringComparison.OrdinalIgnoreCase)
           || name.Equals(MessageHeader, StringComparison.OrdinalIgnoreCase)
           || name.Equals(TimeoutHeader, StringComparison.OrdinalIgnoreCase)
           || name.Equals(EncodingHeader, StringComparison.OrdinalIgnoreCase)
           || name.Equals(AcceptEncodingHeader, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The outcome of a call from what the response said. A response without a status, or not of gRPC at all, gets the
    /// code that its HTTP status maps to.
    /// </summary>
    /// <param name="httpStatus">The response's HTTP status.</param>
    /// <param name="contentType">Its content type; null: absent.</param>
    /// <param name="grpcStatus">The value of <c>grpc-status</c> in the trailers (or, when the response was trailers only, in the head); null: absent.</param>
    /// <param name="grpcMessage">The same of <c>grpc-message</c>.</param>
    public static Status ReadStatus(int httpStatus, string? contentType, string? grpcStatus, string? grpcMessage)
    {
        if (grpcStatus is not null)
        {
            var message = grpcMessage is null ? "" : PercentCodec.Decode(grpcMessage);
            // A number we do not know is an error whose meaning we do not know.
            return int.TryParse(grpcStatus, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code is >= 0 and <= (int)StatusCode.Unauthenticated
                ? new Status((StatusCode)code, message)
                : new Status(StatusCode.Unknown, message.Length == 0 ? $"{StatusHeader} '{grpcStatus}' is not a status" : message);
        }

        if (httpStatus != 200)
            return new Status(FromHttpStatus(httpStatus), $"the response is HTTP {httpStatus}");
        return contentType is not null && !IsGrpcContentType(contentType)
            ? new Status(StatusCode.Unknown, $"the response has content-type '{contentType}', not {ContentType}")
            : new Status(StatusCode.Unknown, $"the response ended without {StatusHeader}");
    }

    /// <summary>The code of a response that is HTTP's alone.</summary>
    public static StatusCode FromHttpStatus(int httpStatus) => httpStatus switch
    {
        400 or 431 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    /// <summary>The code of a stream that was reset, from HTTP/2's error code.</summary>
    public static StatusCode FromHttp2Error(long errorCode) => errorCode switch
    {
        0x7 => StatusCode.Unavailable,        // REFUSED_STREAM
        0x8 => StatusCode.Cancelled,          // CANCEL
        0xb => StatusCode.ResourceExhausted,  // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied,   // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };
}
