namespace Linkerd.Http.Tests;

public sealed class Http1ServerTests
{
    [Fact]
    public void Pipelined_requests_are_answered_in_order()
    {
        Http1Harness harness = new Http1Harness().Answering(200, "ok");
        harness.Feed("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(["GET /1 @a", "POST /2 @a|content-length: 3", "GET /3 @a"], harness.Handler.Heads);
        Assert.Equal(3, harness.Output.Text().Split("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").Length - 1);
        Assert.False(harness.Owner.IsFinished);
    }

    [Fact]
    public void A_second_request_waits_until_the_first_is_answered()
    {
        var harness = new Http1Harness();
        harness.Feed("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Single(harness.Handler.Heads);
        Assert.True(harness.Session.IsReceivePaused);
        Http1Harness.Answer(harness.Handler.Stream!, 204, "");
        Assert.Equal(1, harness.Owner.Resumed);
        harness.Feed("");
        Assert.Equal(2, harness.Handler.Heads.Count);
    }

    [Theory]
    [InlineData("HTTP/1.1", "", false, "")]
    [InlineData("HTTP/1.1", "Connection: close\r\n", true, "connection: close")]
    [InlineData("HTTP/1.0", "", true, "connection: close")]
    [InlineData("HTTP/1.0", "Connection: keep-alive\r\n", false, "connection: keep-alive")]
    public void The_connection_stays_or_closes_as_the_client_says(string version, string field, bool closes, string expected)
    {
        Http1Harness harness = new Http1Harness().Answering();
        harness.Feed($"GET / {version}\r\nHost: a\r\n{field}\r\n");
        Assert.Equal(closes, harness.Owner.IsFinished);
        Assert.Contains(expected, harness.Output.Text());
        if (expected.Length == 0) Assert.DoesNotContain("connection:", harness.Output.Text());
    }

    [Fact]
    public void A_body_of_unknown_length_is_chunked_or_ends_with_the_connection()
    {
        foreach (string version in new[] { "1.1", "1.0" })
        {
            var harness = new Http1Harness();
            harness.Handler.Head = (stream, _, _) =>
            {
                stream.SendHead(new HeaderBlock { Status = 200 }, end: false);
                stream.SendData("abc"u8, end: false);
                stream.SendData(default, end: true);
            };
            harness.Feed($"GET / HTTP/{version}\r\nHost: a\r\n\r\n");
            Assert.EndsWith(version == "1.1" ? "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" : "close\r\n\r\nabc", harness.Output.Text());
            Assert.Equal(version == "1.0", harness.Owner.IsFinished);
        }
    }

    [Theory]
    [InlineData("HEAD", 200, "content-length: 5\r\n")]
    [InlineData("GET", 304, "content-length: 5\r\n")]
    [InlineData("GET", 204, "")]
    public void Some_answers_have_no_body(string method, int status, string length)
    {
        var harness = new Http1Harness();
        harness.Handler.Head = (stream, _, _) =>
        {
            var head = new HeaderBlock { Status = status };
            head.SetContentLength(5);
            stream.SendHead(head, end: false);
            stream.SendData("hello"u8, end: true);
        };
        harness.Feed($"{method} / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.DoesNotContain("hello", harness.Output.Text());
        Assert.Equal(length.Length > 0, harness.Output.Text().Contains("content-length: 5\r\n", StringComparison.Ordinal));
        Assert.False(harness.Owner.IsFinished);
    }

    [Fact]
    public void A_body_that_is_not_as_long_as_promised_ends_the_connection()
    {
        foreach (string body in new[] { "ab", "abcd" })
        {
            var harness = new Http1Harness();
            harness.Handler.Head = (stream, _, _) =>
            {
                var head = new HeaderBlock { Status = 200 };
                head.SetContentLength(3);
                stream.SendHead(head, end: false);
                stream.SendData(System.Text.Encoding.ASCII.GetBytes(body), end: true);
            };
            harness.Feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.True(harness.Owner.IsFinished);
            Assert.Equal(HttpFaultOrigin.Local, harness.Owner.Fault.Origin);
        }
    }

    [Fact]
    public void An_upgrade_becomes_a_tunnel_and_ends_by_halves()
    {
        var harness = new Http1Harness();
        harness.Feed("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly");
        Assert.Equal("GET /chat @a|upgrade: websocket", Assert.Single(harness.Handler.Heads));
        Assert.False(harness.Handler.IsEnded);
        Assert.Equal("early", harness.Rest);
        var head = new HeaderBlock { Status = 101 };
        head.Add(KnownHeader.Upgrade, "websocket"u8);
        HttpStream stream = harness.Handler.Stream!;
        stream.SendHead(head, end: false);
        Assert.Equal("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n", harness.Output.Text());
        harness.Feed("\r\n\0raw");
        Assert.Equal("early\r\n\0raw", harness.Handler.Body.ToString());
        stream.SendData("back"u8, end: true);
        Assert.EndsWith("\r\n\r\nback", harness.Output.Text());
        Assert.True(harness.Owner.IsSendEnded);
        Assert.False(harness.Owner.IsFinished);
        harness.Session.ReceiveEnd();
        Assert.True(harness.Handler.IsClosed);
        Assert.True(harness.Owner.IsFinished);
    }

    [Fact]
    public void A_refused_upgrade_leaves_the_connection_usable()
    {
        Http1Harness harness = new Http1Harness().Answering(200, "no");
        harness.Feed("GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(2, harness.Handler.Heads.Count);
        Assert.False(harness.Owner.IsFinished);
    }

    [Fact]
    public void Connect_becomes_a_tunnel_on_2xx()
    {
        var harness = new Http1Harness();
        harness.Feed("CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n\r\nbytes");
        Assert.Equal("CONNECT  @db:5432", Assert.Single(harness.Handler.Heads));
        harness.Handler.Stream!.SendHead(new HeaderBlock { Status = 200 }, end: false);
        Assert.Equal("HTTP/1.1 200 OK\r\n\r\n", harness.Output.Text());
        harness.Feed("");
        Assert.Equal("bytes", harness.Handler.Body.ToString());
    }

    [Fact]
    public void An_absolute_target_wins_over_host()
    {
        Http1Harness harness = new Http1Harness().Answering();
        harness.Feed("GET http://b:81/x?y HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("GET /x?y @b:81", Assert.Single(harness.Handler.Heads));
        Assert.True(harness.Handler.Streams[0] is not null);
    }

    [Fact]
    public void Fields_of_one_hop_are_taken_out()
    {
        Http1Harness harness = new Http1Harness().Answering();
        harness.Feed("GET / HTTP/1.1\r\nHost: a\r\nConnection: x-hop, keep-alive\r\nConnection: x-other\r\nX-Hop: 1\r\nX-Other: 2\r\nKeep-Alive: timeout=5\r\nProxy-Connection: a\r\nTE: gzip, trailers\r\nUpgrade: h2c\r\nX-Stays: 3\r\n\r\n");
        Assert.Equal("GET / @a|x-stays: 3|te: trailers", Assert.Single(harness.Handler.Heads));
    }

    [Fact]
    public void An_early_answer_keeps_the_connection_while_the_rest_is_short()
    {
        var harness = new Http1Harness(new Http1Limits { MaxDiscardedBody = 10 });
        harness.Handler.Head = (stream, _, _) =>
        {
            Http1Harness.Answer(stream, 403, "");
            if (!stream.IsReceiveEnded) stream.Reset(HttpErrorCode.NoError);
        };
        harness.Feed("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n12345678GET /2 HTTP/1.1\r\nHost: a\r\n\r\n", 5);
        Assert.Equal(2, harness.Handler.Heads.Count);
        Assert.False(harness.Owner.IsFinished);
        harness.Feed("POST /3 HTTP/1.1\r\nHost: a\r\nContent-Length: 80\r\n\r\n12345678901234567890");
        Assert.True(harness.Owner.IsFinished);
        Assert.Equal(1, harness.Resources.Counters.Reached(HttpLimit.DiscardedBody));
    }

    [Fact]
    public void A_final_answer_before_100_continue_closes()
    {
        Http1Harness harness = new Http1Harness().Answering(417);
        harness.Feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\nExpect: 100-continue\r\n\r\n");
        Assert.Contains("connection: close", harness.Output.Text());
    }

    [Fact]
    public void Draining_closes_an_idle_connection_at_once_and_a_busy_one_after_its_answer()
    {
        var idle = new Http1Harness();
        idle.Session.Drain();
        Assert.True(idle.Owner.IsFinished);
        var busy = new Http1Harness();
        busy.Feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        busy.Session.Drain();
        Assert.False(busy.Owner.IsFinished);
        Http1Harness.Answer(busy.Handler.Stream!, 200, "x");
        Assert.Contains("connection: close", busy.Output.Text());
        Assert.True(busy.Owner.IsFinished);
    }

    [Theory]
    [InlineData(HttpLimit.HeadBytes, 431)]
    [InlineData(HttpLimit.HeaderCount, 431)]
    [InlineData(HttpLimit.TargetBytes, 414)]
    [InlineData(HttpLimit.EmptyLines, 400)]
    [InlineData(HttpLimit.ChunkLineBytes, 400)]
    [InlineData(HttpLimit.TrailerBytes, 431)]
    public void Every_limit_is_answered_and_counted(HttpLimit limit, int status)
    {
        var harness = new Http1Harness(new Http1Limits { MaxHeadBytes = 300, MaxHeaders = 5, MaxTargetBytes = 20, MaxEmptyLines = 2, MaxChunkLineBytes = 20, MaxTrailerBytes = 40 });
        const string Chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        harness.Feed(limit switch
        {
            HttpLimit.HeadBytes => $"GET / HTTP/1.1\r\nHost: a\r\nX: {new string('x', 300)}",
            HttpLimit.HeaderCount => $"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", 5))}\r\n",
            HttpLimit.TargetBytes => $"GET /{new string('x', 30)} HTTP/1.1\r\nHost: a\r\n\r\n",
            HttpLimit.EmptyLines => "\r\n\r\n\r\nGET",
            HttpLimit.ChunkLineBytes => Chunked + "3;" + new string('e', 30),
            _ => Chunked + "0\r\nx: " + new string('t', 50),
        });
        Assert.StartsWith($"HTTP/1.1 {status} ", harness.Output.Text());
        Assert.Equal(1, harness.Resources.Counters.Reached(limit));
        Assert.True(harness.Owner.IsFinished);
    }

    [Fact]
    public void A_limit_that_makes_no_sense_is_refused_when_it_is_set()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new Http1Limits { MaxHeadBytes = 1 });
        Assert.Contains("MaxHeadBytes is 1", error.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Http2Limits { MaxFrameSize = 100 });
    }

    [Fact]
    public void A_full_output_holds_credit_back_until_it_drains()
    {
        var harness = new Http1Harness();
        harness.Feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        HttpStream stream = harness.Handler.Stream!;
        stream.SendHead(new HeaderBlock { Status = 200 }, end: false);
        harness.Output.ReportedPending = 1_000_000;
        Assert.Equal(0, stream.SendData("hello"u8, end: false));
        Assert.Equal(5, stream.BytesHeld);
        harness.Session.OnOutputDrained();
        Assert.Equal(0, harness.Handler.Sent);
        harness.Output.ReportedPending = 0;
        harness.Session.OnOutputDrained();
        Assert.Equal(5, harness.Handler.Sent);
    }
}
