using System.IO.Compression;

namespace Linkerd.Grpc.Protocol;

/// <summary>Compressions of messages. We send none and read gzip.</summary>
public static class Decompression
{
    /// <summary>Whether messages of this <c>grpc-encoding</c> can be read; null and empty are identity.</summary>
    public static bool IsSupported(string? encoding) => encoding is null or "" or "identity" or "gzip";

    /// <summary>The octets of a compressed message, at most <paramref name="maxSize"/>.</summary>
    /// <exception cref="RpcException">INTERNAL: the flag is set without an encoding; UNIMPLEMENTED: the encoding is not known; RESOURCE_EXHAUSTED: too large.</exception>
    public static byte[] Decompress(string? encoding, ReadOnlySpan<byte> payload, int maxSize)
    {
        if (encoding is null or "" or "identity")
            throw new RpcException(new Status(StatusCode.Internal, $"a message is marked as compressed, but {GrpcProtocol.EncodingHeader} names no compression"));
        if (encoding != "gzip")
            throw new RpcException(new Status(StatusCode.Unimplemented, Unsupported(encoding)));
        using var source = new MemoryStream(payload.ToArray(), writable: false);
        using var gzip = new GZipStream(source, CompressionMode.Decompress);
        using var result = new MemoryStream();
        var chunk = new byte[8192];
        try
        {
            int read;
            while ((read = gzip.Read(chunk)) > 0)
            {
                if (result.Length + read > maxSize)
                    throw new RpcException(new Status(StatusCode.ResourceExhausted, $"the message is larger than the limit of {maxSize} once decompressed"));
                result.Write(chunk, 0, read);
            }
        }
        catch (InvalidDataException e)
        {
            throw new RpcException(new Status(StatusCode.Internal, "a message is not valid gzip", e));
        }

        return result.ToArray();
    }

    /// <summary>What to tell a peer whose encoding is not known.</summary>
    public static string Unsupported(string encoding) => $"{GrpcProtocol.EncodingHeader} '{encoding}' is not supported; use one of {GrpcProtocol.AcceptedEncodings}";
}
