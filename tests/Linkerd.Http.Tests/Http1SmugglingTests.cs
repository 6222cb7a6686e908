namespace Linkerd.Http.Tests;

/// <summary>Whatever two parsers could read differently is refused, whole or split anywhere.</summary>
public sealed class Http1SmugglingTests
{
    public static TheoryData<string, int> Refused()
    {
        const string Host = "Host: a\r\n";
        return new TheoryData<string, int>
        {
            { $"POST / HTTP/1.1\r\n{Host}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
            { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400 },
            { $"POST / HTTP/1.1\r\n{Host}Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400 },
            { $"POST / HTTP/1.1\r\n{Host}Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400 },
            { $"POST / HTTP/1.1\r\n{Host}Content-Length: 3, 3\r\n\r\n", 400 },
            { $"POST / HTTP/1.1\r\n{Host}Content-Length: +3\r\n\r\n", 400 },
            { $"POST / HTTP/1.1\r\n{Host}Content-Length: -3\r\n\r\n", 400 },
            { $"POST / HTTP/1.1\r\n{Host}Content-Length: 0x3\r\n\r\n", 400 },
            { $"POST / HTTP/1.1\r\n{Host}Content-Length: 3 3\r\n\r\n", 400 },
            { $"POST / HTTP/1.1\r\n{Host}Content-Length:\r\n\r\n", 400 },
            { $"POST / HTTP/1.1\r\n{Host}Content-Length: 99999999999999999999\r\n\r\n", 400 },
            { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: chunked, gzip\r\n\r\n", 400 },
            { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: gzip, chunked\r\n\r\n", 501 },
            { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: xchunked\r\n\r\n", 501 },
            { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: identity\r\n\r\n", 501 },
            { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
            { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding : chunked\r\n\r\n", 400 },
            { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding\t: chunked\r\n\r\n", 400 },
            { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: chunked\x0b\r\n\r\n", 400 },
            { $"POST / HTTP/1.1\r\n{Host} Transfer-Encoding: chunked\r\n\r\n", 400 },
            { $"POST / HTTP/1.0\r\n{Host}Transfer-Encoding: chunked\r\n\r\n", 400 },
            { $"GET / HTTP/1.1\r\n{Host}X: a\r\n b\r\n\r\n", 400 },
            { $"GET / HTTP/1.1\n{Host}\r\n", 400 },
            { "GET / HTTP/1.1\r\nHost: a\n\r\n", 400 },
            { $"GET / HTTP/1.1\r\n{Host}X: a\rb\r\n\r\n", 400 },
            { $"GET / HTTP/1.1\r\n{Host}X: a\0b\r\n\r\n", 400 },
            { $"GET / HTTP/1.1\r\n{Host}X: a\x7f\r\n\r\n", 400 },
            { $"GET / HTTP/1.1\r\n{Host}: a\r\n\r\n", 400 },
            { $"GET / HTTP/1.1\r\n{Host}no colon\r\n\r\n", 400 },
            { $"GET / HTTP/1.1\r\n{Host}a b: c\r\n\r\n", 400 },
            { $"GET /a b HTTP/1.1\r\n{Host}\r\n", 400 },
            { $"GET /a\tb HTTP/1.1\r\n{Host}\r\n", 400 },
            { $"GET  / HTTP/1.1\r\n{Host}\r\n", 400 },
            { $"GET /#f HTTP/1.1\r\n{Host}\r\n", 400 },
            { $"GET a HTTP/1.1\r\n{Host}\r\n", 400 },
            { $"GET http:/// HTTP/1.1\r\n{Host}\r\n", 400 },
            { $"GET http://u@h/ HTTP/1.1\r\n{Host}\r\n", 400 },
            { $"G(T / HTTP/1.1\r\n{Host}\r\n", 400 },
            { $"GET / HTTP/2.0\r\n{Host}\r\n", 505 },
            { $"GET / HTTP/1.2\r\n{Host}\r\n", 505 },
            { $"GET / HTTP/1.1 \r\n{Host}\r\n", 400 },
            { $"GET / http/1.1\r\n{Host}\r\n", 400 },
            { $"GET /\r\n{Host}\r\n", 400 },
            { "GET / HTTP/1.1\r\n\r\n", 400 },
            { "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400 },
            { "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400 },
            { "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400 },
            { "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400 },
            { $"CONNECT / HTTP/1.1\r\n{Host}\r\n", 400 },
        };
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void An_ambiguous_head_is_refused_and_the_connection_closed(string request, int status)
    {
        foreach (int step in new[] { int.MaxValue, 1, 3 })
        {
            Http1Harness harness = new Http1Harness().Answering();
            harness.Feed(request + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", step);
            Assert.Empty(harness.Handler.Heads);
            Assert.StartsWith($"HTTP/1.1 {status} ", harness.Output.Text());
            Assert.Contains("connection: close\r\n", harness.Output.Text());
            Assert.True(harness.Owner.IsFinished);
            Assert.Equal(1, harness.Resources.Counters.ConnectionFaults);
        }
    }

    [Theory]
    [InlineData("3\nabc\r\n0\r\n\r\n")]
    [InlineData("3\r\nabc\n0\r\n\r\n")]
    [InlineData("3\r\nabcd\r\n0\r\n\r\n")]
    [InlineData("+3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("0x3\r\nabc\r\n0\r\n\r\n")]
    [InlineData(" 3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("3 \r\nabc\r\n0\r\n\r\n")]
    [InlineData("\r\nabc\r\n0\r\n\r\n")]
    [InlineData(";a\r\nabc\r\n0\r\n\r\n")]
    [InlineData("3;a\rb\r\nabc\r\n0\r\n\r\n")]
    [InlineData("ffffffffffffffff\r\nabc")]
    [InlineData("10000000000000003\r\nabc")]
    [InlineData("3\r\nabc\r\n0\r\nbad trailer\r\n\r\n")]
    [InlineData("3\r\nabc\r\n0\r\nx : y\r\n\r\n")]
    [InlineData("3\r\nabc\r\n0\r\nx: y\n\r\n")]
    public void An_ambiguous_chunk_is_refused(string body)
    {
        foreach (int step in new[] { int.MaxValue, 1 })
        {
            var harness = new Http1Harness();
            harness.Feed("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body, step);
            Assert.StartsWith("HTTP/1.1 400 ", harness.Output.Text());
            Assert.NotNull(harness.Handler.ResetFault);
            Assert.False(harness.Handler.IsEnded);
            Assert.True(harness.Owner.IsFinished);
        }
    }

    [Fact]
    public void Fields_that_frame_a_message_are_dropped_from_trailers()
    {
        var harness = new Http1Harness();
        harness.Feed("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\nTransfer-Encoding: x\r\nHost: b\r\nx: y\r\n\r\n");
        Assert.Contains("trailers |x: y;", harness.Handler.Log.ToString());
    }
}
