namespace Linkerd.Http.Tests;

/// <summary>A peer that does not read what it asked for: nothing is lost, nothing ends twice.</summary>
public sealed class Http2FullOutputTests
{
    private readonly Http2Harness _h = new(new Http2Limits { MaxControlOutput = 4096 });

    private long Full => _h.Resources.OutputHighWatermark + 1L;

    private long Flooded => _h.Resources.OutputHighWatermark + 4096 + 1L;

    [Fact]
    public void The_end_of_a_body_is_sent_although_the_output_is_full()
    {
        _h.Request(1);
        HttpStream stream = _h.Handler.Stream!;
        stream.SendHead(new HeaderBlock { Status = 200 }, end: false);
        stream.SendData("abc"u8, end: false);
        _h.Output.ReportedPending = Full;
        stream.SendData(default, end: true);
        _h.Output.ReportedPending = null;
        _h.Session.OnOutputDrained();
        Assert.Equal("HEADERS 1;DATA 1 3;DATA 1 0 end;", _h.Written());
        Assert.True(_h.Handler.IsClosed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_fault_of_a_stream_that_finds_the_output_flooded_ends_each_stream_once(bool isLocal)
    {
        _h.Request(1, end: false).Request(3, end: false);
        HttpStream first = _h.Handler.Streams[0];
        _h.Output.ReportedPending = Flooded;
        if (isLocal) first.Reset(HttpErrorCode.Cancel);
        else _h.Number(FrameType.WindowUpdate, 1, 0);
        Assert.True(_h.Owner.IsFinished);
        Assert.Equal(HttpLimit.ControlOutput, _h.Owner.Fault.Limit);
        Assert.Equal(0, _h.Session.ActiveStreams);

        // Whoever resets a stream hears nothing more of it.
        Assert.Equal(isLocal ? 1 : 2, _h.Handler.Log.ToString().Split("reset ").Length - 1);

        // A stream given back twice would be two requests' at once.
        var next = new Http2ServerSession(_h.Resources, Http2Limits.Default, new MemoryOutput(), new RecordingOwner(), _h.Handler);
        next.Start();
        byte[] block = Http2Harness.Block((":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a"));
        next.Receive("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        next.Receive(Frame(FrameType.Settings, 0, 0, []));
        for (int id = 1; id <= 7; id += 2) next.Receive(Frame(FrameType.Headers, FrameFlags.EndHeaders, id, block));
        Assert.Equal(4, _h.Handler.Streams.Skip(2).Distinct().Count());
    }

    [Fact]
    public void Trailers_follow_what_was_given_while_the_rest_left()
    {
        var handler = new MoreHandler();
        var output = new MemoryOutput();
        var session = new Http2ServerSession(_h.Resources, Http2Limits.Default, output, new RecordingOwner(), handler);
        session.Start();
        session.Receive("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        session.Receive(Frame(FrameType.Settings, 0, 0, [0, 4, 0, 0, 0, 4]));
        session.Receive(Frame(FrameType.Headers, FrameFlags.EndHeaders | FrameFlags.EndStream, 1, Http2Harness.Block((":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a"))));
        output.Take();
        handler.Stream!.SendHead(new HeaderBlock { Status = 200 }, end: false);
        handler.Stream.SendData("abcdef"u8, end: false);
        session.Receive(Frame(FrameType.WindowUpdate, 0, 1, [0, 0, 0, 2]));
        Assert.DoesNotContain(FrameFlags.EndStream, Ends(output.Take()));
        session.Receive(Frame(FrameType.WindowUpdate, 0, 1, [0, 0, 0, 9]));
        Assert.Equal([0, FrameFlags.EndStream], Ends(output.Take()));
    }

    [Fact]
    public void Bodies_in_slots_are_framed_where_they_lie_within_the_windows()
    {
        _h.Request(1);
        HttpStream stream = _h.Handler.Stream!;
        stream.SendHead(new HeaderBlock { Status = 200 }, end: false);
        byte[] slots = new byte[(2 * HttpStream.SlotSize) + HttpStream.SlotHeader + 3];
        Array.Fill(slots, (byte)'x');
        Assert.True(stream.TrySendSlots(slots));
        Assert.Equal(slots.Length - (3 * HttpStream.SlotHeader), stream.BytesSent);
        Assert.Equal("HEADERS 1;DATA 1 16375;DATA 1 16375;DATA 1 3;", _h.Written());

        // 32,753 of the window's 65,535 octets are used: this does not fit, and a byte at a time still does.
        Assert.False(stream.TrySendSlots(new byte[(2 * HttpStream.SlotSize) + HttpStream.SlotHeader + 100]));
        Assert.Equal("", _h.Written());
        Assert.Equal(1, stream.SendData("a"u8, end: false));
        Assert.True(stream.TrySendSlots(slots.AsSpan(0, HttpStream.SlotHeader + 1)));
        Assert.Equal("DATA 1 1;DATA 1 1;", _h.Written());

        // Nothing overtakes what is held.
        _h.Output.ReportedPending = Full;
        stream.SendData("held"u8, end: false);
        _h.Output.ReportedPending = null;
        Assert.False(stream.TrySendSlots(slots.AsSpan(0, HttpStream.SlotHeader + 1)));
    }

    [Fact]
    public void Interim_answers_are_dropped_while_the_output_is_flooded()
    {
        _h.Request(1);
        _h.Output.ReportedPending = Flooded;
        _h.Handler.Stream!.SendInformational(new HeaderBlock { Status = 103 });
        Assert.Equal("", _h.Written());
    }

    private static byte[] Frame(FrameType type, byte flags, int id, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        FrameHeader.Write(frame, payload.Length, type, flags, id);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    /// <summary>The END_STREAM bit of each frame of DATA or HEADERS.</summary>
    private static byte[] Ends(byte[] frames)
    {
        var ends = new List<byte>();
        for (int at = 0; at < frames.Length;)
        {
            FrameHeader header = FrameHeader.Read(frames.AsSpan(at));
            if (header.Type is FrameType.Data or FrameType.Headers) ends.Add((byte)(header.Flags & FrameFlags.EndStream));
            at += 9 + header.Length;
        }

        return [.. ends];
    }

    /// <summary>Gives more, and the trailers, when it hears that all has left.</summary>
    private sealed class MoreHandler : IHttpStreamHandler, IHttpServer
    {
        private int _left = 2;

        public HttpStream? Stream { get; private set; }

        public IHttpStreamHandler OnStream(HttpStream stream)
        {
            Stream = stream;
            return this;
        }

        public void OnInformational(HttpStream stream, HeaderBlock head)
        {
        }

        public void OnHead(HttpStream stream, HeaderBlock head, bool end)
        {
        }

        public void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end)
        {
        }

        public void OnTrailers(HttpStream stream, HeaderBlock trailers)
        {
        }

        public void OnSent(HttpStream stream, int count)
        {
            _left -= count;
            if (_left != 0) return;
            stream.SendData("ghi"u8, end: false);
            var trailers = new HeaderBlock();
            trailers.Add("x-done"u8, "1"u8);
            stream.SendTrailers(trailers);
        }

        public void OnReset(HttpStream stream, in HttpFault fault)
        {
        }

        public void OnClosed(HttpStream stream)
        {
        }
    }
}
