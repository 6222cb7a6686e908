namespace Linkerd.Http;

/// <summary>Gets what the peer sends on an <see cref="HttpStream"/>. Any method of the stream may be called from inside, also <see cref="HttpStream.Reset"/>.</summary>
public interface IHttpStreamHandler
{
    /// <summary>Client: a 1xx response (never 101). The block is valid during the call only.</summary>
    void OnInformational(HttpStream stream, HeaderBlock head);

    /// <summary>Server: the request. Client: the final response. The block is <see cref="HttpStream.Head"/>.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="head">Its head.</param>
    /// <param name="end">Nothing follows.</param>
    void OnHead(HttpStream stream, HeaderBlock head, bool end);

    /// <summary>Body bytes, valid during the call. Their credit is spent until <see cref="HttpStream.Consumed"/>. May be empty when <paramref name="end"/>.</summary>
    void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end);

    /// <summary>Trailers; the peer's direction has ended. The block is valid during the call only.</summary>
    void OnTrailers(HttpStream stream, HeaderBlock trailers);

    /// <summary><paramref name="count"/> more bytes of those that <see cref="HttpStream.SendData"/> held back are out.</summary>
    void OnSent(HttpStream stream, int count);

    /// <summary>The stream failed. Last call.</summary>
    void OnReset(HttpStream stream, in HttpFault fault);

    /// <summary>Both directions ended in order. Last call.</summary>
    void OnClosed(HttpStream stream);
}
