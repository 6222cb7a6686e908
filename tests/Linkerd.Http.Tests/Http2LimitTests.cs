namespace Linkerd.Http.Tests;

/// <summary>Every limit of HTTP/2 is reached: the answer, and the counter.</summary>
public sealed class Http2LimitTests
{
    [Fact]
    public void Rapid_resets_end_the_connection() => Floods(HttpLimit.RapidReset, new Http2Limits { MaxResets = 10 }, static (h, i) =>
        h.Request((2 * i) + 1).Number(FrameType.RstStream, (2 * i) + 1, 8), 11);

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1000)]
    public void Streams_that_were_answered_or_lived_for_a_while_may_be_reset(bool isAnswered, int lived)
    {
        // A watch that has seen enough, a deadline: neither is an attack.
        var harness = new Http2Harness(new Http2Limits { MaxResets = 10 });
        if (isAnswered) harness.Handler.Head = static (stream, _, _) => stream.SendHead(new HeaderBlock { Status = 200 }, end: false);
        for (int i = 0; i < 50; i++) harness.Request((2 * i) + 1);
        harness.Now += lived;
        for (int i = 0; i < 50; i++) harness.Number(FrameType.RstStream, (2 * i) + 1, 8);
        Assert.False(harness.Owner.IsFinished);
        Assert.Equal(0, harness.Session.ActiveStreams);
    }

    [Fact]
    public void Settings_floods_end_the_connection() => Floods(HttpLimit.SettingsFlood, new Http2Limits { MaxSettings = 11 }, static (h, _) =>
        h.Setting(1, 4096), 11);

    [Fact]
    public void Ping_floods_end_the_connection() => Floods(HttpLimit.PingFlood, new Http2Limits { MaxPings = 10 }, static (h, _) =>
        h.Frame(FrameType.Ping, 0, 0, new byte[8]), 11);

    [Fact]
    public void Empty_data_floods_end_the_connection() => Floods(HttpLimit.EmptyFrameFlood, new Http2Limits { MaxEmptyFrames = 10 }, static (h, i) =>
        (i == 0 ? h.Request(1, end: false) : h).Frame(FrameType.Data, 0, 1, []), 11);

    [Fact]
    public void Empty_continuations_end_the_connection() => Floods(HttpLimit.EmptyFrameFlood, new Http2Limits { MaxEmptyFrames = 5 }, static (h, i) =>
        h.Frame(i == 0 ? FrameType.Headers : FrameType.Continuation, 0, 1, []), 6);

    [Fact]
    public void Continuation_floods_end_the_connection() => Floods(HttpLimit.ContinuationFlood, new Http2Limits { MaxContinuations = 10 }, static (h, i) =>
        h.Frame(i == 0 ? FrameType.Headers : FrameType.Continuation, 0, 1, [0x82]), 12);

    [Fact]
    public void Header_blocks_without_end_end_the_connection() => Floods(HttpLimit.HeaderBlockSize, new Http2Limits { MaxHeaderBlockSize = 4096 }, static (h, i) =>
        h.Frame(i == 0 ? FrameType.Headers : FrameType.Continuation, 0, 1, new byte[1000]), 5);

    [Fact]
    public void Window_update_floods_end_the_connection() => Floods(HttpLimit.WindowUpdateFlood, new Http2Limits { MaxWindowUpdates = 10 }, static (h, _) =>
        h.Number(FrameType.WindowUpdate, 0, 1), 11);

    [Fact]
    public void Unknown_frames_end_the_connection() => Floods(HttpLimit.UnknownFrames, new Http2Limits { MaxUnknownFrames = 10 }, static (h, _) =>
        h.Frame(FrameType.Priority, 0, 1, [0, 0, 0, 0, 1]), 11);

    [Fact]
    public void Malformed_requests_end_the_connection_in_the_end() => Floods(HttpLimit.StreamFaults, new Http2Limits { MaxStreamFaults = 10 }, static (h, i) =>
        h.Request((2 * i) + 1, true, ("Upper", "x")), 11);

    [Fact]
    public void Control_frames_that_are_not_read_end_the_connection() => Floods(HttpLimit.ControlOutput, new Http2Limits { MaxControlOutput = 4096, MaxPings = 1_000_000 }, static (h, i) =>
    {
        h.Output.ReportedPending = i * 1000;
        return h.Frame(FrameType.Ping, 0, 0, new byte[8]);
    }, 268);

    [Fact]
    public void Streams_above_the_limit_are_refused()
    {
        var harness = new Http2Harness(new Http2Limits { MaxConcurrentStreams = 2 });
        harness.Request(1, end: false).Request(3, end: false).Request(5, end: false);
        Assert.Equal("RST 5 RefusedStream;", harness.Written());
        Assert.Equal(1, harness.Resources.Counters.Reached(HttpLimit.ConcurrentStreams));
        harness.Handler.Streams[0].Reset(HttpErrorCode.Cancel);
        harness.Request(7, end: false);
        Assert.Equal(2, harness.Session.ActiveStreams);
    }

    [Fact]
    public void A_header_list_above_the_limit_resets_its_stream_and_keeps_the_table_in_step()
    {
        var harness = new Http2Harness(new Http2Limits { MaxHeaderListSize = 300 });

        // One entry of 232 bytes, then named twenty times: a bomb of few bytes.
        byte[] block = [0x82, 0x86, 0x84, 0x41, 1, (byte)'a', 0x40, 1, (byte)'x', 0x7f, 72, .. new byte[199].Select(_ => (byte)'v'), .. Enumerable.Repeat((byte)0xbe, 20)];
        harness.Frame(FrameType.Headers, FrameFlags.EndHeaders | FrameFlags.EndStream, 1, block);
        Assert.Equal("RST 1 EnhanceYourCalm;", harness.Written());
        Assert.Equal(1, harness.Resources.Counters.Reached(HttpLimit.HeaderListSize));
        harness.Frame(FrameType.Headers, FrameFlags.EndHeaders | FrameFlags.EndStream, 3, [0x82, 0x86, 0x84, 0xbf]);
        Assert.Equal("GET / @a", Assert.Single(harness.Handler.Heads));
    }

    [Fact]
    public void Too_many_fields_are_answered_431_and_far_too_many_reset_their_stream()
    {
        var harness = new Http2Harness(new Http2Limits { MaxHeaders = 8 });
        harness.Request(1, true, [.. Enumerable.Range(0, 5).Select(i => ($"x{i}", "y"))]);
        Assert.Equal("HEADERS 1 end;", harness.Written());
        Assert.Equal(1, harness.Resources.Counters.Reached(HttpLimit.HeaderCount));
        harness.Request(3, true, [.. Enumerable.Range(0, 61).Select(i => ($"x{i}", "y"))]);
        Assert.Equal("RST 3 EnhanceYourCalm;", harness.Written());
        Assert.Equal(2, harness.Resources.Counters.Reached(HttpLimit.HeaderCount));
    }

    [Theory]
    [InlineData(true, "HEADERS 1 end;")]
    [InlineData(false, "HEADERS 1 end;RST 1 NoError;")]
    public void A_request_whose_header_list_is_somewhat_too_large_is_answered_431(bool end, string expected)
    {
        var harness = new Http2Harness(new Http2Limits { MaxHeaderListSize = 300 });
        harness.Request(1, end, ("cookie", new string('c', 200)));

        // :status 431 as a literal with the name of static entry 8, then content-length 0 (RFC 7541 appendix A).
        ReadOnlySpan<byte> written = harness.Output.Bytes;
        Assert.True(written[9] is 0x08 or 0x48 or 0x18, $"first byte {written[9]:x}");
        Assert.True(written.Slice(10, 4).SequenceEqual("\u0003431"u8) || written.Slice(10, 3).SequenceEqual(new byte[] { 0x82, 0x68, 0x07 }), Convert.ToHexString(written));
        Assert.Equal(expected, harness.Written());
        Assert.Equal(1, harness.Resources.Counters.Reached(HttpLimit.HeaderListSize));
        Assert.Empty(harness.Handler.Heads);

        // The connection serves the next one.
        harness.Request(3);
        Assert.Single(harness.Handler.Heads);
    }

    [Fact]
    public void A_flood_is_only_what_comes_within_its_period()
    {
        var harness = new Http2Harness(new Http2Limits { MaxPings = 10, FloodWindow = 100 });
        for (int i = 0; i < 100; i++)
        {
            harness.Frame(FrameType.Ping, 0, 0, new byte[8]);
            harness.Now += 10;
        }

        Assert.False(harness.Owner.IsFinished);
    }

    private static void Floods(HttpLimit limit, Http2Limits limits, Func<Http2Harness, int, Http2Harness> act, int count)
    {
        var harness = new Http2Harness(limits);
        for (int i = 0; i < count; i++)
        {
            Assert.False(harness.Owner.IsFinished, $"ended after {i}");
            act(harness, i);
        }

        Assert.True(harness.Owner.IsFinished);
        Assert.Equal(1, harness.Resources.Counters.Reached(limit));
        Assert.EndsWith("EnhanceYourCalm;", harness.Written());
    }
}
