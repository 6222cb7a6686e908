namespace Linkerd.Model;

/// <summary>What an inbound port speaks.</summary>
public enum ServerProtocol
{
    Detect,
    Opaque,
    Tls,
    Http1,
    Http2,
    Grpc,
}
