using System.Text;

namespace Linkerd.Http.Tests;

public sealed class Http1ClientTests
{
    private readonly HttpResources _resources = new();
    private readonly MemoryOutput _output = new();
    private readonly RecordingOwner _owner = new();
    private readonly RecordingHandler _handler = new();
    private readonly Http1ClientSession _session;

    public Http1ClientTests()
    {
        _session = new Http1ClientSession(_resources, Http1Limits.Default, _output, _owner);
        _session.Start();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", "hello", true)]
    [InlineData("HTTP/1.1 200\r\ncontent-length: 5\r\n\r\nhello", "hello", true)]
    [InlineData("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n", "hello", true)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "", true)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "", true)]
    [InlineData("HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n", "", true)]
    [InlineData("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\nx", "x", false)]
    [InlineData("HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx", "x", false)]
    public void An_answer_ends_where_its_head_says(string answer, string body, bool reusable)
    {
        foreach (int step in new[] { 1, 4, 1000 })
        {
            var test = new Http1ClientTests();
            test.Send("GET");
            test.Feed(answer, step);
            Assert.Equal(body, test._handler.Body.ToString());
            Assert.True(test._handler.IsClosed);
            Assert.Equal(reusable, test._session.CanOpen);
            Assert.Equal(!reusable, test._owner.IsFinished);
        }
    }

    [Fact]
    public void An_answer_without_length_ends_with_the_connection()
    {
        Send("GET");
        Feed("HTTP/1.1 200 OK\r\n\r\nabc");
        Assert.False(_handler.IsEnded);
        _session.ReceiveEnd();
        Assert.True(_handler.IsClosed);
        Assert.True(_owner.IsFinished);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab")]
    [InlineData("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab")]
    [InlineData("HTTP/1.1 20")]
    [InlineData("")]
    public void An_answer_cut_off_resets_its_stream(string answer)
    {
        Send("GET");
        Feed(answer);
        _session.ReceiveEnd();
        Assert.Equal(HttpFaultOrigin.Connection, _handler.ResetFault!.Value.Origin);
        Assert.True(_owner.IsFinished);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\ncontent-length: 1\r\n\r\n")]
    [InlineData("HTTP/1.1 2x0 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n")]
    public void A_faulty_answer_resets_its_stream(string answer)
    {
        Send("GET");
        Feed(answer);
        Assert.Equal(HttpFaultOrigin.Protocol, _handler.ResetFault!.Value.Origin);
        Assert.True(_owner.IsFinished);
    }

    [Fact]
    public void Bytes_without_a_request_end_the_connection()
    {
        Feed("HTTP/1.1 200 OK\r\n\r\n");
        Assert.True(_owner.IsFinished);
    }

    [Fact]
    public void An_answer_to_head_has_no_body()
    {
        Send("HEAD");
        Feed("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n");
        Assert.True(_handler.IsClosed);
        Assert.True(_session.CanOpen);
    }

    [Fact]
    public void Cookies_that_HTTP2_split_are_joined()
    {
        var head = new HeaderBlock();
        head.SetMethod(RequestMethod.Get);
        head.SetAuthority("a"u8);
        head.SetPath("/"u8);
        head.Add(KnownHeader.Cookie, "a=1"u8);
        head.Add("x-y"u8, "z"u8);
        head.Add(KnownHeader.Cookie, "b=2"u8);
        _session.Open(_handler)!.SendHead(head, end: true);
        Assert.Equal("GET / HTTP/1.1\r\nhost: a\r\ncookie: a=1; b=2\r\nx-y: z\r\n\r\n", _output.Text());
    }

    private void Send(string method)
    {
        var head = new HeaderBlock();
        head.SetMethod(Encoding.ASCII.GetBytes(method));
        head.SetAuthority("a"u8);
        head.SetPath("/"u8);
        _session.Open(_handler)!.SendHead(head, end: true);
    }

    private void Feed(string text, int step = int.MaxValue)
    {
        string rest = "";
        for (int at = 0; at < text.Length;)
        {
            int count = Math.Min(step, text.Length - at);
            rest += text.Substring(at, count);
            at += count;
            rest = rest[_session.Receive(Encoding.Latin1.GetBytes(rest))..];
        }
    }
}
