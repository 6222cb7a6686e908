using System.Text;

namespace Linkerd.Proxy.Tests.Smuggling;

/// <summary>Requests that parsers read differently, each followed by one that must not be taken for a part of it, nor the other way round.</summary>
internal static class AmbiguousRequests
{
    private const string Next = "GET /next HTTP/1.1\r\nHost: n\r\nConnection: close\r\n\r\n";

    private static readonly string[] s_lengths =
    [
        "", "Content-Length: 4\r\n", "Content-Length: 61\r\n", "Content-Length: 0\r\n", "Content-Length: +4\r\n", "Content-Length: -4\r\n", "Content-Length: 04\r\n",
        "Content-Length: 0x4\r\n", "Content-Length: 4 \r\n", "Content-Length: \t4\r\n", "Content-Length: 4, 4\r\n", "Content-Length: 4, 5\r\n", "Content-Length: 4\r\nContent-Length: 4\r\n",
        "Content-Length: 4\r\nContent-Length: 61\r\n", "Content-Length: 4;\r\n", "Content-Length: \r\n", "Content-Length:4\r\n", "Content-Length : 4\r\n", "Content-Length\t: 4\r\n",
        " Content-Length: 4\r\n", "Content-Length: 4\r\n 1\r\n", "Content_Length: 4\r\n", "Content-Length: 18446744073709551620\r\n", "Content-Length: 4\0\r\n", "Content-Length: 4\n",
        "Content-Length: 4\r", "X: y\nContent-Length: 4\r\n", "X: y\rContent-Length: 4\r\n",
    ];

    private static readonly string[] s_codings =
    [
        "", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: Chunked\r\n", "Transfer-Encoding: identity\r\n", "Transfer-Encoding: chunked, identity\r\n", "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, chunked\r\n", "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: chunked \r\n", "Transfer-Encoding: \tchunked\r\n", "Transfer-Encoding: chunked;q=1\r\n",
        "Transfer-Encoding: \"chunked\"\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding : chunked\r\n", "Transfer-Encoding\t: chunked\r\n", " Transfer-Encoding: chunked\r\n", "Transfer-Encoding:\r\n chunked\r\n", "Transfer-Encoding: chunked\n", "X: y\nTransfer-Encoding: chunked\r\n",
        "Transfer_Encoding: chunked\r\n", "Transfer-Encoding: \u000bchunked\r\n", "Transfer-Encoding: chunked\0\r\n", "Transfer-Encoding: ,chunked\r\n", "Transfer-Encoding: chunked,\r\n", "Transfer-Encoding:chunked\r\n",
        "Transfer-Encoding: \r\n", "TE: chunked\r\n", "Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n", "Connection: content-length\r\n",
    ];

    private static readonly string[] s_chunked =
    [
        "0\r\n\r\n", "4\r\nabcd\r\n0\r\n\r\n", "4;x=y\r\nabcd\r\n0\r\n\r\n", "4;x=\"\r\n0\r\n\r\n\"\r\nabcd\r\n0\r\n\r\n", "4 \r\nabcd\r\n0\r\n\r\n", " 4\r\nabcd\r\n0\r\n\r\n", "4\t;x\r\nabcd\r\n0\r\n\r\n", "04\r\nabcd\r\n0\r\n\r\n",
        "0x4\r\nabcd\r\n0\r\n\r\n", "+4\r\nabcd\r\n0\r\n\r\n", "-4\r\nabcd\r\n0\r\n\r\n", "4\nabcd\n0\n\n", "4\r\nabcd0\r\n\r\n", "4\r\nabcde\r\n0\r\n\r\n", "4\r\nabc\r\n0\r\n\r\n", "4\rabcd\r0\r\r", "\r\n4\r\nabcd\r\n0\r\n\r\n", "4\r\n\r\nabcd\r\n0\r\n\r\n",
        "FFFFFFFFFFFFFFFF\r\nabcd\r\n0\r\n\r\n", "10000000000000004\r\nabcd\r\n0\r\n\r\n", "80000000\r\nabcd\r\n0\r\n\r\n", "7FFFFFFFFFFFFFFF\r\nabcd\r\n0\r\n\r\n", "00000000000000000000000000000004\r\nabcd\r\n0\r\n\r\n", "g\r\nabcd\r\n0\r\n\r\n", "\r\n",
        "4;\nabcd\r\n0\r\n\r\n", "4;x\rabcd\r\n0\r\n\r\n", "4\r\nabcd\r\n0\r\nTrailer: x\r\n\r\n", "4\r\nabcd\r\n0\r\nContent-Length: 61\r\n\r\n", "4\r\nabcd\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n", "4\r\nabcd\r\n0\r\nbad trailer\r\n\r\n",
        "4\r\nabcd\r\n0\r\n X: y\r\n\r\n", "4\r\nabcd\r\n0\r\nX : y\r\n\r\n", "4\r\nabcd\r\n0\r\n\n", "4\r\nabcd\r\n0\n\r\n", "4\r\nabcd\r\n00\r\n\r\n", "4\r\nabcd\r\n0;x\r\n\r\n", "4,4\r\nabcd\r\n0\r\n\r\n", "4\u000b\r\nabcd\r\n0\r\n\r\n", "4\0\r\nabcd\r\n0\r\n\r\n",
    ];

    private static readonly string[] s_heads =
    [
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /\tHTTP/1.1\r\nHost: a\r\n\r\n", "GET / x HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "GET /\r\nHost: a\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/0.9\r\n\r\n", "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.2\r\nHost: a\r\n\r\n", "GET / HTTP/01.1\r\nHost: a\r\n\r\n", "GET / http/1.1\r\nHost: a\r\n\r\n", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://b HTTP/1.1\r\nHost: a\r\n\r\n", "GET //b/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET b HTTP/1.1\r\nHost: a\r\n\r\n", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\u0080 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /#f HTTP/1.1\r\nHost: a\r\n\r\n", "G\u0001T / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n X: y\r\n\r\n", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n: y\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX y: z\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: \u00ff\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close, host\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: upgrade, http2-settings\r\nHTTP2-Settings: AAMAAABk\r\n\r\n", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "TRACE / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd", "HEAD / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nabcd", "POST / HTTP/1.1\r\nHost: a\r\n\r\nabcd",
    ];

    /// <summary>All of them; no two alike.</summary>
    public static IEnumerable<byte[]> All()
    {
        foreach (string length in s_lengths)
        {
            foreach (string coding in s_codings)
                yield return Bytes($"POST / HTTP/1.1\r\nHost: a\r\n{length}{coding}\r\n0\r\n\r\n{Next}");
        }

        foreach (string chunks in s_chunked) yield return Bytes($"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}{Next}");
        foreach (string head in s_heads) yield return Bytes(head + Next);
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
