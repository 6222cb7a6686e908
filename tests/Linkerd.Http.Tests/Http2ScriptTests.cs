namespace Linkerd.Http.Tests;

/// <summary>Frame by frame against RFC 9113: what ends a stream, what ends the connection, with which code.</summary>
public sealed class Http2ScriptTests
{
    private const byte EndHeaders = FrameFlags.EndHeaders;
    private const byte EndStream = FrameFlags.EndStream;

    private readonly Http2Harness _h = new();

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSN\r\n\r\n")]
    public void A_wrong_preface_ends_the_connection(string preface)
    {
        var harness = new Http2Harness(begin: false);
        harness.Written();
        harness.Raw(System.Text.Encoding.ASCII.GetBytes(preface));
        Assert.Equal("GOAWAY 0 ProtocolError;", harness.Written());
    }

    [Fact]
    public void The_first_frame_must_be_settings()
    {
        var harness = new Http2Harness(begin: false);
        harness.Raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8).Frame(FrameType.Ping, 0, 0, new byte[8]);
        Assert.EndsWith("GOAWAY 0 ProtocolError;", harness.Written());
    }

    [Fact]
    public void Settings_and_pings_are_acknowledged()
    {
        Assert.Equal("ACK;", _h.Setting(1, 0).Written());
        Assert.Equal("PONG;", _h.Frame(FrameType.Ping, 0, 0, new byte[8]).Written());
        Assert.Equal("", _h.Frame((FrameType)0xbe, 0, 0, new byte[3]).Written());
        Assert.Equal("", _h.Frame(FrameType.Priority, 0, 5, [0, 0, 0, 0, 1]).Written());
        _h.Session.Ping(77);
        Assert.Equal("PING;", _h.Written());
        _h.Frame(FrameType.Ping, FrameFlags.Ack, 0, [0, 0, 0, 0, 0, 0, 0, 77]);
        Assert.Equal([77ul], _h.Owner.Pongs);
    }

    public static TheoryData<string, byte, byte, int, string, string> ConnectionErrors() => new()
    {
        { "SETTINGS on a stream", 4, 0, 1, "", "ProtocolError" },
        { "SETTINGS ack with payload", 4, 1, 0, "000100000000", "FrameSizeError" },
        { "SETTINGS of a wrong size", 4, 0, 0, "0001000000", "FrameSizeError" },
        { "ENABLE_PUSH 2", 4, 0, 0, "000200000002", "ProtocolError" },
        { "INITIAL_WINDOW_SIZE too large", 4, 0, 0, "000480000000", "FlowControlError" },
        { "MAX_FRAME_SIZE too small", 4, 0, 0, "000500003fff", "ProtocolError" },
        { "MAX_FRAME_SIZE too large", 4, 0, 0, "000501000000", "ProtocolError" },
        { "PING on a stream", 6, 0, 1, "0000000000000000", "ProtocolError" },
        { "PING of a wrong size", 6, 0, 0, "00000000", "FrameSizeError" },
        { "GOAWAY on a stream", 7, 0, 1, "0000000000000000", "ProtocolError" },
        { "GOAWAY too short", 7, 0, 0, "00000000", "FrameSizeError" },
        { "RST_STREAM on stream 0", 3, 0, 0, "00000000", "ProtocolError" },
        { "RST_STREAM on an idle stream", 3, 0, 9, "00000000", "ProtocolError" },
        { "RST_STREAM of a wrong size", 3, 0, 1, "000000", "FrameSizeError" },
        { "WINDOW_UPDATE of 0 on the connection", 8, 0, 0, "00000000", "ProtocolError" },
        { "WINDOW_UPDATE overflow on the connection", 8, 0, 0, "7fffffff", "FlowControlError" },
        { "WINDOW_UPDATE of a wrong size", 8, 0, 0, "000001", "FrameSizeError" },
        { "WINDOW_UPDATE on an idle stream", 8, 0, 9, "00000001", "ProtocolError" },
        { "DATA on stream 0", 0, 0, 0, "00", "ProtocolError" },
        { "DATA on an idle stream", 0, 0, 9, "00", "ProtocolError" },
        { "DATA padded beyond its end", 0, 8, 1, "0500", "ProtocolError" },
        { "HEADERS on stream 0", 1, 5, 0, "82", "ProtocolError" },
        { "HEADERS on an even stream", 1, 5, 2, "82868441", "ProtocolError" },
        { "HEADERS padded beyond its end", 1, 13, 3, "0a82", "ProtocolError" },
        { "HEADERS that break HPACK", 1, 5, 3, "ffffffffff", "CompressionError" },
        { "CONTINUATION without HEADERS", 9, 4, 1, "82", "ProtocolError" },
        { "PUSH_PROMISE", 5, 4, 1, "00000002", "ProtocolError" },
        { "PRIORITY on stream 0", 2, 0, 0, "0000000001", "ProtocolError" },
    };

    [Theory]
    [MemberData(nameof(ConnectionErrors))]
    public void A_frame_that_breaks_the_connection_is_answered_with_goaway(string what, byte type, byte flags, int id, string payload, string code)
    {
        Assert.NotEmpty(what);
        _h.Request(1, end: false);
        _h.Frame((FrameType)type, flags, id, Convert.FromHexString(payload));
        Assert.Equal($"GOAWAY 1 {code};", _h.Written());
        Assert.True(_h.Owner.IsFinished);
        Assert.Equal(HttpFaultOrigin.Protocol, _h.Handler.ResetFault!.Value.Origin);
        Assert.Equal(1, _h.Resources.Counters.ConnectionFaults);
        Assert.Equal(0, _h.Session.ActiveStreams);
    }

    [Fact]
    public void A_frame_above_the_maximum_is_refused_before_it_has_arrived()
    {
        var header = new byte[9];
        FrameHeader.Write(header, 16_385, FrameType.Data, 0, 1);
        _h.Request(1, end: false).Raw(header);
        Assert.Equal("GOAWAY 1 FrameSizeError;", _h.Written());
    }

    [Fact]
    public void A_header_block_may_not_be_interrupted()
    {
        _h.Frame(FrameType.Headers, EndStream, 1, Http2Harness.Block((":method", "GET"))).Frame(FrameType.Ping, 0, 0, new byte[8]);
        Assert.Equal("GOAWAY 0 ProtocolError;", _h.Written());
    }

    [Fact]
    public void A_header_block_may_be_split_over_continuations()
    {
        byte[] block = Http2Harness.Block((":method", "GET"), (":scheme", "http"), (":path", "/split"), (":authority", "a"));
        _h.Frame(FrameType.Headers, EndStream, 1, block.AsSpan(0, 3));
        for (int i = 3; i < block.Length - 5; i += 10) _h.Frame(FrameType.Continuation, 0, 1, block.AsSpan(i, Math.Min(10, block.Length - 5 - i)));
        _h.Frame(FrameType.Continuation, EndHeaders, 1, block.AsSpan(block.Length - 5));
        Assert.Equal("GET /split @a", Assert.Single(_h.Handler.Heads));
    }

    [Fact]
    public void Padding_and_priority_are_taken_off()
    {
        byte[] block = Http2Harness.Block((":method", "POST"), (":scheme", "http"), (":path", "/"), (":authority", "a"));
        _h.Frame(FrameType.Headers, EndHeaders | FrameFlags.Padded | FrameFlags.Priority, 1, [3, 0, 0, 0, 0, 9, .. block, 0, 0, 0]);
        _h.Frame(FrameType.Data, FrameFlags.Padded | EndStream, 1, [4, .. "abc"u8, 0, 0, 0, 0]);
        Assert.Equal("abc", _h.Handler.Body.ToString());
        Assert.True(_h.Handler.IsEnded);
    }

    public static TheoryData<string, string> MalformedFields() => new()
    {
        { "X-Upper", "a" },
        { "a b", "a" },
        { "", "a" },
        { "x:y", "a" },
        { "x", "a\nb" },
        { "x", "a\rb" },
        { "x", "a\0b" },
        { "x", " a" },
        { "x", "a\t" },
        { "connection", "close" },
        { "keep-alive", "1" },
        { "proxy-connection", "close" },
        { "transfer-encoding", "chunked" },
        { "upgrade", "h2c" },
        { "te", "gzip" },
        { ":path", "/again" },
        { ":status", "200" },
        { ":unknown", "x" },
        { "host", "other" },
        { "content-length", "x" },
        { "content-length", "1" },
        { "content-length", "-1" },
    };

    [Theory]
    [MemberData(nameof(MalformedFields))]
    public void A_malformed_request_resets_its_stream_only(string name, string value)
    {
        _h.Request(1, end: true, (name, value));
        Assert.Equal("RST 1 ProtocolError;", _h.Written());
        Assert.Empty(_h.Handler.Heads);
        _h.Request(3);
        Assert.Single(_h.Handler.Heads);
    }

    [Theory]
    [InlineData(":scheme", ":path")]
    [InlineData(":method", ":path")]
    [InlineData(":method", ":scheme")]
    public void A_request_without_a_pseudo_field_is_malformed(string first, string second)
    {
        _h.Fields(1, true, (first, first == ":method" ? "GET" : "http"), (second, second == ":path" ? "/" : "http"), ("x", "y"));
        Assert.Equal("RST 1 ProtocolError;", _h.Written());
    }

    [Theory]
    [InlineData(":path", "")]
    [InlineData(":path", "a")]
    [InlineData(":path", "*")]
    [InlineData(":path", "/a b")]
    [InlineData(":path", "/a#b")]
    [InlineData(":method", "G T")]
    [InlineData(":authority", "a/b")]
    public void A_pseudo_field_with_an_unlawful_value_is_malformed(string name, string value)
    {
        var fields = new Dictionary<string, string> { [":method"] = "GET", [":scheme"] = "http", [":path"] = "/", [":authority"] = "a" };
        fields[name] = value;
        _h.Fields(1, true, [.. fields.Select(f => (f.Key, f.Value))]);
        Assert.Equal("RST 1 ProtocolError;", _h.Written());
    }

    [Fact]
    public void Pseudo_fields_come_first()
    {
        _h.Fields(1, true, (":method", "GET"), ("x", "y"), (":scheme", "http"), (":path", "/"));
        Assert.Equal("RST 1 ProtocolError;", _h.Written());
    }

    [Fact]
    public void Content_length_must_match_the_data()
    {
        _h.Request(1, end: false, ("content-length", "3")).Frame(FrameType.Data, EndStream, 1, "ab"u8);
        _h.Request(3, end: false, ("content-length", "3")).Frame(FrameType.Data, 0, 3, "abcd"u8);
        _h.Request(5, end: false, ("content-length", "3")).Fields(5, true, ("x", "y"));
        Assert.Equal("RST 1 ProtocolError;RST 3 ProtocolError;RST 5 ProtocolError;", _h.Written());
    }

    [Fact]
    public void Trailers_end_the_stream_and_have_no_pseudo_fields()
    {
        _h.Request(1, end: false).Fields(1, false, ("x", "y"));
        _h.Request(3, end: false).Fields(3, true, (":path", "/"));
        Assert.Equal("RST 1 ProtocolError;RST 3 ProtocolError;", _h.Written());
        _h.Request(5, end: false).Fields(5, true, ("x", "y"));
        Assert.EndsWith("trailers |x: y;", _h.Handler.Log.ToString());
    }

    [Fact]
    public void Frames_after_the_end_are_stream_closed()
    {
        _h.Request(1).Frame(FrameType.Data, 0, 1, "a"u8);
        Assert.Equal("RST 1 StreamClosed;", _h.Written());

        // Late frames of a stream that was reset here are ignored.
        _h.Frame(FrameType.Data, EndStream, 1, "a"u8).Number(FrameType.WindowUpdate, 1, 5).Number(FrameType.RstStream, 1, 0).Fields(1, true, ("x", "y"));
        Assert.Equal("", _h.Written());
        _h.Handler.Head = (stream, _, _) => Http1Harness.Answer(stream, 200, "");
        _h.Request(3);
        Assert.Equal("HEADERS 3 end;", _h.Written());
        _h.Fields(3, true, ("x", "y"));
        Assert.Equal("GOAWAY 3 StreamClosed;", _h.Written());
    }

    [Fact]
    public void Data_beyond_a_window_is_a_flow_control_error()
    {
        var stream = new Http2Harness(new Http2Limits { StreamWindow = 70_000 });
        stream.Handler.Consumes = false;
        stream.Frame(FrameType.Settings, FrameFlags.Ack, 0, []).Request(1, end: false);
        for (int i = 0; i < 5; i++) stream.Frame(FrameType.Data, 0, 1, new byte[16_000]);
        Assert.Equal("RST 1 FlowControlError;", stream.Written());

        var connection = new Http2Harness(new Http2Limits { ConnectionWindow = 65_535 });
        connection.Handler.Consumes = false;
        for (int i = 0; i < 5; i++) connection.Request((2 * i) + 1, end: false).Frame(FrameType.Data, 0, (2 * i) + 1, new byte[16_000]);
        Assert.Equal("GOAWAY 9 FlowControlError;", connection.Written());
    }

    [Fact]
    public void Credit_comes_back_in_halves_of_the_window()
    {
        _h.Request(1, end: false);
        for (int i = 0; i < 4; i++) _h.Frame(FrameType.Data, 0, 1, new byte[10_000]);
        Assert.Equal("WINDOW 1 40000;", _h.Written());
    }

    [Fact]
    public void Sending_keeps_to_both_windows_and_takes_turns()
    {
        _h.Setting(4, 10).Written();
        _h.Handler.Head = (stream, _, _) => stream.SendHead(new HeaderBlock { Status = 200 }, end: false);
        _h.Request(1).Request(3).Written();
        HttpStream one = _h.Handler.Streams[0];
        HttpStream three = _h.Handler.Streams[1];
        Assert.Equal(10, one.SendData(new byte[30], end: true));
        Assert.Equal(10, three.SendData(new byte[15], end: true));
        Assert.Equal("DATA 1 10;DATA 3 10;", _h.Written());
        Assert.Equal(20, one.BytesHeld);
        Assert.Equal(1000, one.StalledSince);
        Assert.Equal("DATA 3 5 end;", _h.Number(FrameType.WindowUpdate, 3, 100).Written());
        Assert.Equal("ACK;DATA 1 5;", _h.Setting(4, 15).Written());
        Assert.Equal("ACK;", _h.Setting(4, 1).Written());
        Assert.Equal("DATA 1 1;", _h.Number(FrameType.WindowUpdate, 1, 15).Written());
        Assert.Equal("DATA 1 14 end;", _h.Number(FrameType.WindowUpdate, 1, 100).Written());
        Assert.Equal(25, _h.Handler.Sent);
        Assert.Equal(0, _h.Session.ActiveStreams);
    }

    [Fact]
    public void A_window_update_that_overflows_a_stream_resets_it()
    {
        _h.Request(1, end: false).Number(FrameType.WindowUpdate, 1, int.MaxValue);
        _h.Request(3, end: false).Number(FrameType.WindowUpdate, 3, 0);
        Assert.Equal("RST 1 FlowControlError;RST 3 ProtocolError;", _h.Written());
    }

    [Fact]
    public void Draining_takes_what_was_on_its_way_and_names_the_last_stream()
    {
        _h.Request(1, end: false);
        _h.Session.Drain();
        Assert.Equal($"GOAWAY {int.MaxValue} NoError;PING;", _h.Written());
        _h.Request(3, end: false);
        Assert.Equal(2, _h.Session.ActiveStreams);
        _h.Frame(FrameType.Ping, FrameFlags.Ack, 0, [0x6c, 0x69, 0x6e, 0x6b, 0x64, 0x72, 0x61, 0x69]);
        Assert.Equal("GOAWAY 3 NoError;", _h.Written());
        _h.Request(5, end: false);
        Assert.Equal(2, _h.Session.ActiveStreams);
        foreach (HttpStream stream in _h.Handler.Streams.ToArray()) stream.Reset(HttpErrorCode.Cancel);
        Assert.True(_h.Owner.IsFinished);
        Assert.True(_h.Owner.Fault.IsNone);
    }

    [Fact]
    public void A_client_sends_what_goaway_refused_elsewhere()
    {
        var output = new MemoryOutput();
        var owner = new RecordingOwner();
        var session = new Http2ClientSession(new HttpResources(), Http2Limits.Default, output, owner);
        session.Start();
        var handlers = new RecordingHandler[3];
        var head = new HeaderBlock();
        head.SetMethod(RequestMethod.Get);
        for (int i = 0; i < 3; i++) session.Open(handlers[i] = new RecordingHandler())!.SendHead(head, end: true);
        session.Receive([0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0]);
        Assert.Null(handlers[0].ResetFault);
        Assert.Null(handlers[1].ResetFault);
        Assert.True(handlers[2].ResetFault!.Value.IsRetryable);
        Assert.False(session.CanOpen);
        Assert.False(owner.IsFinished);
    }

    [Fact]
    public void A_server_that_hears_goaway_says_what_it_will_not_take_any_more()
    {
        _h.Request(1, end: false).Frame(FrameType.GoAway, 0, 0, new byte[8]);
        Assert.Equal("GOAWAY 1 NoError;", _h.Written());
        _h.Request(3);
        Assert.Single(_h.Handler.Heads);
        _h.Handler.Stream!.Reset(HttpErrorCode.Cancel);
        Assert.True(_h.Owner.IsFinished);
    }

    [Fact]
    public void A_client_that_gives_up_many_streams_passes_over_the_answers_on_their_way()
    {
        const int Count = 500;
        var owner = new RecordingOwner();
        var session = new Http2ClientSession(new HttpResources(), Http2Limits.Default, new MemoryOutput(), owner);
        session.Start();
        session.Receive([0, 0, 0, 4, 0, 0, 0, 0, 0]);
        var head = new HeaderBlock();
        head.SetMethod(RequestMethod.Get);
        var streams = new List<HttpStream>();
        for (int i = 0; i <= Count; i++)
        {
            streams.Add(session.Open(new RecordingHandler())!);
            streams[i].SendHead(head, end: true);
        }

        for (int i = 0; i < Count; i++) streams[i].Reset(HttpErrorCode.Cancel);

        // :status 200 and three bytes, from before the server heard of it.
        for (int i = 0; i < Count; i++) session.Receive([0, 0, 1, 1, 4, 0, 0, (byte)(((2 * i) + 1) >> 8), (byte)((2 * i) + 1), 0x88, 0, 0, 3, 0, 1, 0, 0, (byte)(((2 * i) + 1) >> 8), (byte)((2 * i) + 1), 1, 2, 3]);
        Assert.False(owner.IsFinished, owner.Fault.ToString());
        Assert.Equal(1, session.ActiveStreams);
        Assert.Equal(0, session.Counters.StreamFaults);
    }
}
