using Linkerd.Http;

namespace Linkerd.Proxy.Http;

/// <summary>Reads and drops the rest of an answer that is not relayed, so that an HTTP/1 connection can be used again; one with too much of it is given up.</summary>
internal sealed class Discard : IHttpStreamHandler
{
    /// <summary>Body bytes dropped at most.</summary>
    public const int MaxBytes = 64 * 1024;

    private static readonly Discard s_instance = new();

    /// <summary>Takes a stream over. Its request must not be sent on.</summary>
    public static void Rest(HttpStream stream)
    {
        stream.Handler = s_instance;
        if (stream.IsSendEnded && (stream.IsReceiveEnded || stream.Protocol != HttpProtocol.Http2)) return;
        stream.Reset(HttpErrorCode.Cancel);
    }

    public void OnInformational(HttpStream stream, HeaderBlock head)
    {
    }

    public void OnHead(HttpStream stream, HeaderBlock head, bool end)
    {
    }

    public void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end)
    {
        if (stream.BytesReceived > MaxBytes) stream.Reset(HttpErrorCode.Cancel);
        else stream.Consumed(data.Length);
    }

    public void OnTrailers(HttpStream stream, HeaderBlock trailers)
    {
    }

    public void OnSent(HttpStream stream, int count)
    {
    }

    public void OnReset(HttpStream stream, in HttpFault fault)
    {
    }

    public void OnClosed(HttpStream stream)
    {
    }
}
