using System.Net;

namespace Linkerd.Grpc.AspNetCore;

/// <summary>A request's body that is one frame.</summary>
internal sealed class SingleMessageContent(byte[] frame) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(frame).AsTask();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => stream.WriteAsync(frame, cancellationToken).AsTask();

    // gRPC requests carry no content-length: some servers take it for a promise about the whole stream.
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
