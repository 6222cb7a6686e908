using System.Text;
using Linkerd.Proxy.Detect;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Detect;

public sealed class HttpDetectionTests
{
    [Theory]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", DetectedProtocol.Http2)]
    [InlineData("PRI * HTTP/2.0", DetectedProtocol.Http2)]
    [InlineData("GET / HTTP/1.1\r\nhost: a\r\n\r\n", DetectedProtocol.Http1)]
    [InlineData("GET / HTTP/1.1", DetectedProtocol.Http1)]
    [InlineData("GET / HTTP/1.0\n\n", DetectedProtocol.Http1)]
    [InlineData("\r\nPOST /a HTTP/1.1\r\n", DetectedProtocol.Http1)]
    [InlineData("DELETE /a-long-path-that-goes-on", DetectedProtocol.Http1)]
    [InlineData("OPTIONS * HTTP/1.1\r\n", DetectedProtocol.Http1)]
    [InlineData("GET /caf\u00c3\u00a9 HTTP/1.1\r\nx: \u00ff\r\n\r\n", DetectedProtocol.Http1)]
    [InlineData("GET / HTTP/1.1\r\nbad header\r\n\r\n", DetectedProtocol.Opaque)]
    [InlineData("GET / HTTP/1.2\r\n", DetectedProtocol.Opaque)]
    [InlineData("GET / HTTP/3.0\r\n", DetectedProtocol.Opaque)]
    [InlineData("EHLO mail.example.com\r\n", DetectedProtocol.Opaque)]
    [InlineData("*1\r\n$4\r\nPING\r\n", DetectedProtocol.Opaque)]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", DetectedProtocol.Opaque)]
    [InlineData("\0\0\0\u0008\u0004\u00d2\u0016\u002f", DetectedProtocol.Opaque)]
    [InlineData("\u0016\u0003\u0001", DetectedProtocol.Opaque)]
    [InlineData("GET / HTTP/1.", null)]
    [InlineData("GET ", null)]
    [InlineData("PRI * HTTP/2.", null)]
    [InlineData("", null)]
    [Proves("6.5 read", "6.5 http2", "6.5 http1", "6.5 opaque")]
    public void First_bytes(string text, DetectedProtocol? expected) => Assert.Equal(expected, HttpDetection.Detect(Encoding.Latin1.GetBytes(text)));

    [Theory]
    [InlineData("GET /path?query=1 HTTP/1.1\r\nhost: web.example\r\nuser-agent: x\r\n\r\nbody", DetectedProtocol.Http1)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", DetectedProtocol.Http2)]
    public void Any_cut_agrees_with_the_whole(string text, DetectedProtocol expected)
    {
        byte[] data = Encoding.Latin1.GetBytes(text);
        for (int length = 0; length <= data.Length; length++)
        {
            DetectedProtocol? found = HttpDetection.Detect(data.AsSpan(0, length));
            if (length < HttpDetection.MinLength) Assert.Null(found);
            else Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void A_head_longer_than_what_is_looked_at_is_http()
        => Assert.Equal(DetectedProtocol.Http1, HttpDetection.Detect(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\ncookie: " + new string('c', 4000))));

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(5);
        byte[] good = "GET / HTTP/1.1\r\nhost: a\r\n\r\n"u8.ToArray();
        for (int i = 0; i < 100_000; i++)
        {
            byte[] data = good.AsSpan(0, random.Next(good.Length + 1)).ToArray();
            if (data.Length > 0) data[random.Next(data.Length)] = (byte)random.Next(256);
            _ = HttpDetection.Detect(data);
        }
    }
}
