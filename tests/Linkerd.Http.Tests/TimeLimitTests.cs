namespace Linkerd.Http.Tests;

/// <summary>What takes too long, on a clock of our own: the answer, and the counter.</summary>
public sealed class TimeLimitTests
{
    [Theory]
    [InlineData("G")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nx: ")]
    public void A_head_that_trickles_in_is_answered_408(string part)
    {
        var harness = new Http1Harness(new Http1Limits { HeadTimeout = 1000 });
        harness.Feed(part);
        Assert.True(harness.Session.IsTimed);
        for (int i = 0; i < 9; i++)
        {
            harness.Now += 100;
            harness.Feed("E");
            harness.Session.CheckTime();
        }

        Assert.Equal("", harness.Output.Text());
        harness.Now += 100;
        harness.Session.CheckTime();
        Assert.Equal("HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", harness.Output.Text());
        Assert.True(harness.Owner.IsFinished);
        Assert.Equal(1, harness.Resources.Counters.Reached(HttpLimit.HeadTime));
    }

    [Fact]
    public void A_connection_without_a_request_has_no_limit_of_its_own()
    {
        Http1Harness harness = new Http1Harness(new Http1Limits { HeadTimeout = 1000 }).Answering();
        Assert.False(harness.Session.IsTimed);
        harness.Feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        harness.Output.Take();
        harness.Now += 100_000;
        Assert.False(harness.Session.IsTimed);
        harness.Session.CheckTime();
        harness.Feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(2, harness.Handler.Heads.Count);
        Assert.False(harness.Owner.IsFinished);
    }

    [Fact]
    public void A_body_that_stands_still_is_answered_408()
    {
        var harness = new Http1Harness(new Http1Limits { BodyTimeout = 1000 });
        harness.Feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
        for (int i = 0; i < 5; i++)
        {
            // As long as bytes come, however slowly, it goes on.
            harness.Session.CheckTime();
            harness.Now += 900;
            harness.Feed("d");
        }

        harness.Session.CheckTime();
        harness.Now += 1000;
        harness.Session.CheckTime();
        Assert.StartsWith("HTTP/1.1 408 ", harness.Output.Text());
        Assert.Equal(1, harness.Resources.Counters.Reached(HttpLimit.BodyIdle));
        Assert.Equal(408, harness.Handler.ResetFault?.Status);
    }

    [Fact]
    public void A_body_whose_reader_gives_no_credit_is_not_blamed()
    {
        var harness = new Http1Harness(new Http1Limits { BodyTimeout = 1000, ReceiveWindow = 1024 });
        harness.Handler.Consumes = false;
        harness.Feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n" + new string('x', 1024));
        harness.Session.CheckTime();
        harness.Now += 10_000;
        harness.Session.CheckTime();
        Assert.False(harness.Owner.IsFinished);
    }

    [Fact]
    public void A_body_may_rest_once_the_answer_has_begun()
    {
        var harness = new Http1Harness(new Http1Limits { BodyTimeout = 1000 });
        harness.Feed("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
        harness.Handler.Stream!.SendHead(new HeaderBlock { Status = 200 }, end: false);
        harness.Session.CheckTime();
        harness.Now += 10_000;
        harness.Session.CheckTime();
        Assert.False(harness.Owner.IsFinished);
    }

    [Fact]
    public void A_rest_that_is_only_dropped_must_come_too()
    {
        var harness = new Http1Harness(new Http1Limits { BodyTimeout = 1000 });
        harness.Feed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
        Http1Harness.Answer(harness.Handler.Stream!, 200, "");
        harness.Handler.Stream!.Reset(HttpErrorCode.NoError);
        Assert.True(harness.Session.IsTimed);
        harness.Session.CheckTime();
        harness.Now += 1000;
        harness.Session.CheckTime();
        Assert.True(harness.Owner.IsFinished);
        Assert.Equal(1, harness.Resources.Counters.Reached(HttpLimit.BodyIdle));
    }

    [Fact]
    public void A_client_that_never_sends_its_settings_is_given_up()
    {
        var harness = new Http2Harness(new Http2Limits { HeadTimeout = 1000 }, begin: false);
        harness.Raw("PRI * HTTP/2.0\r\n"u8);
        Times(harness, HttpLimit.HeadTime, 1000);
        Assert.EndsWith("GOAWAY 0 EnhanceYourCalm;", harness.Written());
    }

    [Fact]
    public void A_header_block_without_end_is_given_up()
    {
        var harness = new Http2Harness(new Http2Limits { HeadTimeout = 1000 });
        harness.Frame(FrameType.Headers, 0, 1, [0x82]);
        harness.Now += 900;
        harness.Frame(FrameType.Continuation, 0, 1, [0x86]);
        Times(harness, HttpLimit.HeadTime, 100);
    }

    [Fact]
    public void A_frame_without_end_is_given_up()
    {
        var harness = new Http2Harness(new Http2Limits { HeadTimeout = 1000 });
        harness.Raw([0, 0, 10]);
        harness.Now += 900;
        harness.Raw([1]);
        Times(harness, HttpLimit.HeadTime, 100);
    }

    [Fact]
    public void Frames_that_arrive_in_parts_are_no_stall()
    {
        var harness = new Http2Harness(new Http2Limits { HeadTimeout = 1000 });
        byte[] ping = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        harness.Raw(ping.AsSpan(0, 5));
        for (int i = 0; i < 50; i++)
        {
            harness.Now += 100;
            harness.Raw([.. ping.AsSpan(5), .. ping.AsSpan(0, 5)]);
            harness.Session.CheckTime();
        }

        Assert.False(harness.Owner.IsFinished);
        harness.Raw(ping.AsSpan(5));
        harness.Output.Take();
        Assert.False(harness.Session.IsTimed);
    }

    [Fact]
    public void A_window_that_stays_shut_resets_its_stream_only()
    {
        var harness = new Http2Harness(new Http2Limits { StallTimeout = 1000 });
        harness.Setting(4, 10);
        harness.Request(1).Request(3);
        foreach (HttpStream stream in harness.Handler.Streams.ToArray())
        {
            stream.SendHead(new HeaderBlock { Status = 200 }, end: false);
            stream.SendData(new byte[100], end: true);
        }

        harness.Written();
        harness.Now += 900;
        harness.Number(FrameType.WindowUpdate, 3, 20);
        harness.Session.CheckTime();
        Assert.Equal("DATA 3 20;", harness.Written());
        harness.Now += 100;
        harness.Session.CheckTime();
        Assert.Equal("RST 1 EnhanceYourCalm;", harness.Written());
        Assert.Equal(1, harness.Resources.Counters.Reached(HttpLimit.SendStall));
        Assert.Equal(1, harness.Session.ActiveStreams);
        harness.Now += 900;
        harness.Session.CheckTime();
        Assert.Equal("RST 3 EnhanceYourCalm;", harness.Written());
        Assert.False(harness.Session.IsTimed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_peer_that_does_not_read_is_given_up_whatever_is_under_way(bool answered)
    {
        var harness = new Http1Harness(new Http1Limits { StallTimeout = 1000 });
        harness.Feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        harness.Handler.Stream!.SendHead(new HeaderBlock { Status = 200 }, end: false);
        harness.Handler.Stream!.SendData(new byte[100], end: answered);
        for (int i = 0; i < 5; i++)
        {
            harness.Session.CheckTime();
            harness.Now += 900;
            harness.Output.Skip(1);
        }

        harness.Session.CheckTime();
        harness.Now += 1000;
        harness.Session.CheckTime();
        Assert.True(harness.Owner.IsFinished);
        Assert.Equal(HttpLimit.OutputStall, harness.Owner.Fault.Limit);
        Assert.Equal(1, harness.Resources.Counters.Reached(HttpLimit.OutputStall));
        Assert.Equal(0, harness.Resources.Counters.Reached(HttpLimit.BodyIdle));
    }

    [Fact]
    public void While_the_output_is_full_the_windows_are_not_blamed()
    {
        var harness = new Http2Harness(new Http2Limits { StallTimeout = 1000 });
        harness.Request(1);
        harness.Handler.Streams[0].SendHead(new HeaderBlock { Status = 200 }, end: false);
        harness.Output.ReportedPending = 1 << 30;
        harness.Handler.Streams[0].SendData(new byte[100], end: true);
        harness.Now += 10_000;
        harness.Session.CheckTime();
        Assert.Equal(0, harness.Resources.Counters.Reached(HttpLimit.SendStall));
        harness.Now += 1000;
        harness.Session.CheckTime();
        Assert.Equal(1, harness.Resources.Counters.Reached(HttpLimit.OutputStall));
    }

    [Fact]
    public void The_owner_is_asked_to_check_only_while_something_is_under_way()
    {
        var wanted = new List<int>();
        var harness = new Http1Harness(new Http1Limits { HeadTimeout = 1000 });
        harness.Resources.CheckWanted = wanted.Add;
        Assert.Equal(-1, harness.Resources.CheckTimes());
        harness.Answering().Feed("GET ");
        Assert.Equal([250], wanted);
        Assert.Equal(250, harness.Resources.CheckTimes());
        harness.Feed("/ HTTP/1.1\r\nHost: a\r\n\r\n");
        harness.Output.Take();
        Assert.Equal(-1, harness.Resources.CheckTimes());
        harness.Feed("GET ");
        Assert.Equal([250, 250], wanted);
        harness.Now += 1000;
        Assert.Equal(-1, harness.Resources.CheckTimes());
        Assert.True(harness.Owner.IsFinished);
    }

    [Fact]
    public void Counters_can_be_the_owners()
    {
        var harness = new Http1Harness();
        var counters = new HttpCounters();
        harness.Session.Counters = counters;
        harness.Feed(new string('\n', 1));
        Assert.Equal(1, counters.ConnectionFaults);
        Assert.Equal(0, harness.Resources.Counters.ConnectionFaults);
    }

    private static void Times(Http2Harness harness, HttpLimit limit, int millis)
    {
        Assert.True(harness.Session.IsTimed);
        harness.Now += millis - 1;
        harness.Session.CheckTime();
        Assert.False(harness.Owner.IsFinished);
        harness.Now++;
        harness.Session.CheckTime();
        Assert.True(harness.Owner.IsFinished);
        Assert.Equal(1, harness.Resources.Counters.Reached(limit));
    }
}
