using System.Text;
using Linkerd.Testing;

namespace Linkerd.Http.Tests;

/// <summary>
/// Mutations of the corpus: nothing throws, nothing grows without bound, and what was understood does not depend on how the input was cut.
/// <c>make fuzz</c> gives each target <c>FUZZ_SECONDS</c>.
/// </summary>
public sealed class FuzzTests
{
    [Fact]
    public void HTTP1_heads_and_bodies()
        => Fuzzer.Run("http1", 6_000, (input, random) => AssertSame(input, random, static (output, owner, handler)
            => new Http1ServerSession(new HttpResources(), new Http1Limits { MaxHeadBytes = 2048 }, output, owner, handler)));

    [Fact]
    public void HTTP2_frames()
        => Fuzzer.Run("http2", 6_000, (input, random) => AssertSame(input, random, static (output, owner, handler)
            => new Http2ServerSession(new HttpResources(), Http2Limits.Default, output, owner, handler)));

    [Fact]
    public void HPACK_blocks() => Fuzzer.Run("hpack", 20_000, static (input, random) =>
    {
        var decoder = new HpackDecoder(4096);
        int at = 0;
        long text = 0;
        int fields = 0;
        HpackField field = default;
        for (bool isFirst = true; decoder.TryRead(input, ref at, isFirst, ref field, out _); isFirst = false)
        {
            Assert.InRange(at, 1, input.Length);
            fields++;
            text += field.Name.Length + field.Value.Length;
        }

        Assert.InRange(decoder.Table.Size, 0, 4096);
        Assert.InRange(fields, 0, input.Length);
        // A field is either in the block, Huffman-coded at best 8:5, or of a table of 4 KiB.
        Assert.InRange(text, 0, (input.Length * 2L) + (fields * 4096L));
    });

    private static void AssertSame(byte[] input, Random random, Func<IByteOutput, IHttpSessionOwner, IHttpServer, HttpSession> make)
    {
        string whole = Understand(input, [(0, input.Length)], make);
        string cut = Understand(input, Fuzzer.Segments(input.Length, random), make);
        Assert.Equal(whole, cut);
    }

    /// <summary>
    /// What a session makes of an input: every request with its body, and how the connection ended. Which of several faults is named first may
    /// depend on how the input was cut.
    /// </summary>
    private static string Understand(byte[] input, IEnumerable<(int Start, int Length)> segments, Func<IByteOutput, IHttpSessionOwner, IHttpServer, HttpSession> make)
    {
        var handler = new Understanding();
        var owner = new RecordingOwner();
        var output = new MemoryOutput();
        HttpSession session = make(output, owner, handler);
        session.Start();
        int begin = 0;
        foreach ((int start, int length) in segments)
        {
            int offered = start + length - begin;
            int taken = session.Receive(input.AsSpan(begin, offered));
            Assert.InRange(taken, 0, offered);
            begin += taken;
        }

        Assert.InRange(output.Pending, 0, 1 << 20);
        string text = handler.ToString() + (!owner.IsFinished ? "open" : owner.Fault.IsNone ? "over" : "refused");
        session.ReceiveEnd();
        session.OnConnectionLost(HttpFault.Lost("test"));
        Assert.Equal(0, session.ActiveStreams);
        return text;
    }

    /// <summary>Requests as text, in the order in which they came; answers each when it is whole.</summary>
    private sealed class Understanding : IHttpServer
    {
        private readonly List<Request> _requests = [];

        public IHttpStreamHandler OnStream(HttpStream stream)
        {
            var request = new Request();
            _requests.Add(request);
            return request;
        }

        public override string ToString() => string.Concat(_requests.Select(static r => r + "\n"));

        private sealed class Request : IHttpStreamHandler
        {
            private readonly StringBuilder _text = new();

            public void OnInformational(HttpStream stream, HeaderBlock head)
            {
            }

            public void OnHead(HttpStream stream, HeaderBlock head, bool end)
            {
                _text.Append(RecordingHandler.Describe(head)).Append(": ");
                if (head.IsUpgrade || head.MethodKind == RequestMethod.Connect)
                {
                    stream.SendHead(new HeaderBlock { Status = head.IsUpgrade ? 101 : 200 }, end: false);
                    return;
                }

                if (end) Answer(stream);
            }

            public void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end)
            {
                _text.Append(Encoding.Latin1.GetString(data));
                stream.Consumed(data.Length);
                if (end) Answer(stream);
            }

            public void OnTrailers(HttpStream stream, HeaderBlock trailers)
            {
                _text.Append(" trailers ").Append(RecordingHandler.Describe(trailers));
                Answer(stream);
            }

            public void OnSent(HttpStream stream, int count)
            {
            }

            public void OnReset(HttpStream stream, in HttpFault fault) => _text.Append(" reset ").Append(fault.Code);

            public void OnClosed(HttpStream stream) => _text.Append(" closed");

            public override string ToString() => _text.ToString();

            private void Answer(HttpStream stream)
            {
                _text.Append(" end");
                if (!stream.IsHeadSent) stream.SendHead(new HeaderBlock { Status = 204 }, end: true);
                else if (!stream.IsSendEnded) stream.SendData(default, end: true);
            }
        }
    }
}
