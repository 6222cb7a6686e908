namespace Linkerd.Http.Tests;

/// <summary>
/// A bounded fuzz: inputs that once were lawful, changed at random from a fixed seed. Nothing may throw, take more than it was given,
/// go on after it has finished, or leave a stream open when the connection is lost.
/// </summary>
public sealed class MutationTests
{
    private const int Rounds = 6_000;

    private static readonly string[] Http1Corpus =
    [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nx-sum: 1\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhelloGET http://b/ HTTP/1.1\r\nHost: b\r\n\r\n",
        "GET /c HTTP/1.1\r\nHost: a\r\nConnection: upgrade, x\r\nUpgrade: w\r\nX: 1\r\nTE: trailers\r\n\r\nraw",
        "CONNECT db:1 HTTP/1.1\r\nHost: db:1\r\n\r\nraw",
        "HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    ];

    [Fact]
    public void HTTP1_stands_any_mutation()
    {
        var random = new Random(9112);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] input = Mutate(System.Text.Encoding.Latin1.GetBytes(Http1Corpus[random.Next(Http1Corpus.Length)]), random);
            var handler = new RecordingHandler();
            handler.Head = (stream, head, _) => Http1Harness.Answer(stream, head.IsUpgrade ? 101 : 200, head.IsUpgrade ? "" : "ok");
            var owner = new RecordingOwner();
            var session = new Http1ServerSession(new HttpResources(), new Http1Limits { MaxHeadBytes = 2048 }, new MemoryOutput(), owner, handler);
            session.Start();
            Feed(session, input, random);
        }
    }

    [Fact]
    public void HTTP2_stands_any_mutation()
    {
        byte[][] corpus = Http2Corpus();
        var random = new Random(9113);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] input = corpus[random.Next(corpus.Length)];
            // The preface is kept most of the time: behind it is where the code is.
            input = random.Next(8) == 0 ? Mutate(input, random) : [.. input[..24], .. Mutate(input[24..], random)];
            var handler = new RecordingHandler { Head = static (stream, _, _) => Http1Harness.Answer(stream, 200, "ok") };
            var session = new Http2ServerSession(new HttpResources(), Http2Limits.Default, new MemoryOutput(), new RecordingOwner(), handler);
            session.Start();
            Feed(session, input, random);
        }
    }

    private static void Feed(HttpSession session, byte[] input, Random random)
    {
        int start = 0;
        int end = 0;
        while (end < input.Length)
        {
            end = Math.Min(input.Length, end + 1 + random.Next(64));
            int taken = session.Receive(input.AsSpan(start, end - start));
            Assert.InRange(taken, 0, end - start);
            start += taken;
        }

        if (random.Next(2) == 0) session.ReceiveEnd();
        session.OnOutputDrained();
        session.OnConnectionLost(HttpFault.Lost("test"));
        Assert.Equal(0, session.ActiveStreams);
        Assert.True(session.IsFinished);
    }

    private static byte[][] Http2Corpus()
    {
        var output = new MemoryOutput();
        var client = new Http2ClientSession(new HttpResources(), Http2Limits.Default, output, new RecordingOwner());
        client.Start();
        var head = new HeaderBlock();
        head.SetMethod(RequestMethod.Post);
        head.SetPath("/p"u8);
        head.SetAuthority("a"u8);
        head.Add("x-y"u8, "some value"u8);
        for (int i = 0; i < 4; i++)
        {
            HttpStream stream = client.Open(new RecordingHandler())!;
            stream.SendHead(head, end: i == 0);
            if (i == 0) continue;
            stream.SendData(new byte[i * 10], end: i == 1);
            if (i == 2) stream.SendTrailers(new HeaderBlock());
            if (i == 3) stream.Reset(HttpErrorCode.Cancel);
        }

        client.Ping(1);
        byte[] first = output.Take();
        return [first, [.. first, 0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]];
    }

    private static byte[] Mutate(byte[] input, Random random)
    {
        var bytes = new List<byte>(input);
        for (int n = random.Next(1, 6); n > 0; n--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.Insert(at, (byte)"\r\n\0 :;,0f\xff"[random.Next(10)]);
                    break;
                case 3 when bytes.Count > 1:
                    bytes.RemoveAt(at);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(30), bytes.Count - at)));
                    break;
                default:
                    bytes[at] = (byte)(bytes[at] + random.Next(-2, 3));
                    break;
            }
        }

        return [.. bytes];
    }
}
