using System.Text;

namespace Linkerd.Http.Tests;

/// <summary>A connection of HTTP/1 is used again only when both ends agree on where the last message ended.</summary>
public sealed class Http1ReuseTests
{
    private const string Answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    private readonly HttpResources _resources = new();
    private readonly MemoryOutput _output = new();
    private readonly RecordingHandler _handler = new();

    [Theory]
    [InlineData("GET", Answer, "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil")]
    [InlineData("GET", Answer, "\r\n")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", "ok")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\ncontent-length: 2\r\n\r\n", "ok")]
    public void What_a_server_sends_behind_its_answer_ends_the_connection(string method, string answer, string more)
    {
        foreach (bool together in new[] { true, false })
        {
            var owner = new RecordingOwner();
            var handler = new RecordingHandler();
            var session = new Http1ClientSession(new HttpResources(), Http1Limits.Default, new MemoryOutput(), owner);
            session.Open(handler)!.SendHead(Request(method), end: true);
            byte[] all = Encoding.ASCII.GetBytes(answer + more);
            if (together)
            {
                Assert.Equal(all.Length, session.Receive(all));
            }
            else
            {
                session.Receive(all.AsSpan(0, answer.Length));
                Assert.True(session.CanOpen);
                session.Receive(all.AsSpan(answer.Length));
            }

            Assert.True(handler.IsClosed);
            Assert.False(session.CanOpen);
            Assert.True(owner.IsFinished);
            Assert.Equal(HttpFaultOrigin.Protocol, owner.Fault.Origin);
        }
    }

    [Fact]
    public void A_request_that_waits_for_the_connection_does_not_get_what_came_behind_the_answer_before_it()
    {
        var second = new RecordingHandler();
        var owner = new OpeningOwner(session => session.Open(second)?.SendHead(Request("GET"), end: true));
        var session = new Http1ClientSession(_resources, Http1Limits.Default, _output, owner);
        session.Open(_handler)!.SendHead(Request("GET"), end: true);
        session.Receive(Encoding.ASCII.GetBytes(Answer + "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"));
        Assert.Equal("ok", _handler.Body.ToString());
        Assert.Empty(second.Heads);
        Assert.True(session.IsFinished);
    }

    [Fact]
    public void What_waits_behind_an_early_answer_ends_the_connection_when_the_request_has_ended()
    {
        var owner = new RecordingOwner();
        var session = new Http1ClientSession(_resources, Http1Limits.Default, _output, owner);
        HttpStream stream = session.Open(_handler)!;
        HeaderBlock head = Request("POST");
        head.SetContentLength(3);
        stream.SendHead(head, end: false);
        session.Receive(Encoding.ASCII.GetBytes(Answer + "more"));
        Assert.False(owner.IsFinished);
        stream.SendData("abc"u8, end: true);
        Assert.True(_handler.IsClosed);
        Assert.True(owner.IsFinished);
    }

    [Theory]
    [InlineData("Content-Length: 3\r\n\r\nabc")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")]
    public void An_upgrade_with_a_body_goes_on_as_an_ordinary_request(string rest)
    {
        var harness = new Http1Harness();
        harness.Feed("POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" + rest);
        Assert.StartsWith("POST / @a", Assert.Single(harness.Handler.Heads), StringComparison.Ordinal);
        Assert.DoesNotContain("upgrade", harness.Handler.Heads[0], StringComparison.Ordinal);
        Assert.False(harness.Handler.Stream!.Head.IsUpgrade);
        Assert.Equal("abc", harness.Handler.Body.ToString());
        Assert.True(harness.Handler.IsEnded);
    }

    [Theory]
    [InlineData("h2c")]
    [InlineData("H2C")]
    [InlineData("websocket, h2c")]
    [InlineData("h2c\r\nUpgrade: websocket")]
    public void An_upgrade_to_clear_HTTP2_would_be_a_tunnel_past_every_rule_and_is_taken_out(string offer)
    {
        var harness = new Http1Harness();
        harness.Feed($"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: {offer}\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n");
        Assert.Equal("GET / @a", Assert.Single(harness.Handler.Heads));
        Assert.True(harness.Handler.IsEnded);
        Assert.False(harness.Handler.Stream!.Head.IsUpgrade);
    }

    [Theory]
    [InlineData(Http1Framing.MaxOptions, false)]
    [InlineData(Http1Framing.MaxOptions + 1, true)]
    public void Connection_names_a_bounded_number_of_fields(int count, bool isRefused)
    {
        var harness = new Http1Harness();
        string names = string.Join(",", Enumerable.Range(0, count).Select(static i => $"x{i}"));
        harness.Feed($"GET / HTTP/1.1\r\nHost: a\r\nX{count - 1}: 1\r\nConnection: close, keep-alive, {names}\r\n\r\n");
        Assert.Equal(isRefused, harness.Output.Text().StartsWith("HTTP/1.1 431 ", StringComparison.Ordinal));
        Assert.Equal(isRefused ? [] : ["GET / @a"], harness.Handler.Heads);
        Assert.Equal(isRefused ? 1 : 0, harness.Resources.Counters.Reached(HttpLimit.HeaderCount));
    }

    [Fact]
    public void A_server_that_resets_at_the_last_byte_of_a_request_goes_on_with_the_next()
    {
        var harness = new Http1Harness();
        harness.Handler.Head = static (stream, _, _) => Http1Harness.Answer(stream, 200, "ok");
        harness.Handler.Data = static (stream, _, end) =>
        {
            if (end) stream.Reset(HttpErrorCode.NoError);
        };
        harness.Feed("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(2, harness.Handler.Heads.Count);
        harness.Feed("POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET /4 HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(4, harness.Handler.Heads.Count);
        Assert.False(harness.Owner.IsFinished);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_long_authority_that_is_written_twice_has_room(bool isConnect)
    {
        var output = new ExactOutput();
        var session = new Http1ClientSession(_resources, Http1Limits.Default, output, new RecordingOwner());
        string host = new string('h', 14_000) + ":80";
        var head = new HeaderBlock();
        head.SetMethod(isConnect ? RequestMethod.Connect : RequestMethod.Get);
        head.SetAuthority(Encoding.ASCII.GetBytes(host));
        if (!isConnect) head.SetPath("/"u8);
        head.IsAbsoluteForm = !isConnect;
        session.Open(_handler)!.SendHead(head, end: !isConnect);
        Assert.Equal((isConnect ? $"CONNECT {host}" : $"GET http://{host}/") + $" HTTP/1.1\r\nhost: {host}\r\n\r\n", output.Text);
    }

    [Fact]
    public void Interim_answers_are_dropped_while_the_client_reads_nothing()
    {
        var harness = new Http1Harness();
        harness.Feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        harness.Output.ReportedPending = harness.Resources.OutputHighWatermark + 1;
        harness.Handler.Stream!.SendInformational(new HeaderBlock { Status = 103 });
        Assert.Empty(harness.Output.Text());
        harness.Output.ReportedPending = null;
        harness.Handler.Stream!.SendInformational(new HeaderBlock { Status = 103 });
        Assert.Equal("HTTP/1.1 103 Early Hints\r\n\r\n", harness.Output.Text());
    }

    private static HeaderBlock Request(string method)
    {
        var head = new HeaderBlock();
        head.SetMethod(Encoding.ASCII.GetBytes(method));
        head.SetAuthority("a"u8);
        head.SetPath("/"u8);
        return head;
    }

    /// <summary>Uses a connection again as soon as it may.</summary>
    private sealed class OpeningOwner(Action<HttpSession> changed) : IHttpSessionOwner
    {
        public void OnReceiveResumed(HttpSession session)
        {
        }

        public void OnSendEnded(HttpSession session)
        {
        }

        public void OnFinished(HttpSession session, in HttpFault fault)
        {
        }

        public void OnStateChanged(HttpSession session)
        {
            if (session.CanOpen) changed(session);
        }

        public void OnPong(HttpSession session, ulong opaque)
        {
        }
    }

    /// <summary>Gives no more room than was asked for.</summary>
    private sealed class ExactOutput : IByteOutput
    {
        private readonly List<byte> _bytes = [];
        private byte[] _span = [];

        public long Pending => 0;

        public long Drained => _bytes.Count;

        public string Text => Encoding.ASCII.GetString([.. _bytes]);

        public Span<byte> GetSpan(int sizeHint) => _span = new byte[sizeHint];

        public void Advance(int count) => _bytes.AddRange(_span.AsSpan(0, count));

        public void Write(ReadOnlySpan<byte> data) => _bytes.AddRange(data);
    }
}
