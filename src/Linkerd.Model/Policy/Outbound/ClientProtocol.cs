namespace Linkerd.Model;

/// <summary>What a destination speaks.</summary>
public enum ClientProtocol
{
    Detect,
    Opaque,
    Http1,
    Http2,
    Grpc,
    Tls,
}
