using System.Globalization;
using Linkerd.Grpc.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Linkerd.Grpc.AspNetCore;

/// <summary>Puts a status where the protocol wants it: in the trailers, or in the head when nothing else was sent.</summary>
internal static class StatusTrailers
{
    public static void Write(HttpContext context, Status status, Metadata trailers)
    {
        // Trailers-only: one HEADERS frame that also ends the stream.
        var fields = context.Response.HasStarted
            ? context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers ?? throw new InvalidOperationException("the connection cannot carry trailers: gRPC needs HTTP/2")
            : context.Response.Headers;
        fields[GrpcProtocol.StatusHeader] = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        if (!string.IsNullOrEmpty(status.Detail))
            fields[GrpcProtocol.MessageHeader] = PercentCodec.Encode(status.Detail);
        foreach (var entry in trailers)
            fields.Append(entry.Key, entry.ToHeaderValue());
    }
}
