using System.Text;

namespace Linkerd.Http.Tests;

/// <summary>What both versions must do alike, at every split of the bytes.</summary>
public sealed class PairTests
{
    public static TheoryData<bool, int> Splits()
    {
        var data = new TheoryData<bool, int>();
        foreach (bool http2 in new[] { false, true })
        {
            foreach (int step in new[] { 1, 2, 3, 7, 64, 1000, int.MaxValue }) data.Add(http2, step);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Splits))]
    public void A_request_with_a_body_and_trailers_arrives_whole(bool http2, int step)
    {
        var server = new RecordingHandler();
        server.Head = (stream, _, _) =>
        {
            using var info = new Rented(100);
            stream.SendInformational(info.Head);
        };
        server.Trailers = (stream, _) =>
        {
            using var response = new Rented(200);
            response.Head.Add("x-a"u8, "b"u8);
            stream.SendHead(response.Head, end: false);
            stream.SendData("hello "u8, end: false);
            stream.SendData("world"u8, end: false);
            using var trailers = new Rented(0);
            trailers.Head.Add(KnownHeader.GrpcStatus, "0"u8);
            stream.SendTrailers(trailers.Head);
        };
        var pair = new Pair(http2, server);
        var client = new RecordingHandler();
        HttpStream stream = pair.Client.Open(client)!;
        using var request = new Rented(0);
        request.Head.SetMethod(RequestMethod.Post);
        request.Head.SetScheme("http"u8);
        request.Head.SetAuthority("a.example"u8);
        request.Head.SetPath("/p?q"u8);
        request.Head.Add("X-Mixed"u8, "Case"u8);
        stream.SendHead(request.Head, end: false);
        stream.SendData("abc"u8, end: false);
        stream.SendData("defg"u8, end: false);
        using var sent = new Rented(0);
        sent.Head.Add("x-checksum"u8, "42"u8);
        stream.SendTrailers(sent.Head);
        pair.Run(step);

        Assert.Equal("POST /p?q @a.example|x-mixed: Case", Assert.Single(server.Heads));
        Assert.Equal("abcdefg", server.Body.ToString());
        Assert.Equal("head;trailers |x-checksum: 42;closed;", server.Log.ToString());
        Assert.Equal("200|x-a: b", Assert.Single(client.Heads));
        Assert.Equal("hello world", client.Body.ToString());
        Assert.Equal("info 100;head;trailers |grpc-status: 0;closed;", client.Log.ToString());
        Assert.Equal(0, pair.Client.ActiveStreams + pair.Server.ActiveStreams);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_large_body_waits_for_credit_and_arrives_whole(bool http2)
    {
        var server = new RecordingHandler { Consumes = false };
        var pair = new Pair(http2, server);
        var client = new RecordingHandler();
        HttpStream stream = pair.Client.Open(client)!;
        using var request = new Rented(0);
        request.Head.SetMethod(RequestMethod.Put);
        request.Head.SetScheme("http"u8);
        request.Head.SetAuthority("a"u8);
        request.Head.SetPath("/"u8);
        stream.SendHead(request.Head, end: false);
        var body = new byte[300_000];
        new Random(1).NextBytes(body);
        int out1 = stream.SendData(body, end: true);
        pair.Run();
        Assert.InRange(server.Body.Length, 65_000, 65_536);
        while (!server.IsEnded)
        {
            int before = server.Body.Length;
            server.Stream!.Consumed(65_000);
            pair.Run();
            Assert.True(server.Body.Length > before);
        }

        Assert.Equal(Encoding.Latin1.GetString(body), server.Body.ToString());
        if (http2) Assert.Equal(body.Length, out1 + client.Sent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_reset_reaches_the_other_side(bool http2)
    {
        var server = new RecordingHandler();
        var pair = new Pair(http2, server);
        var client = new RecordingHandler();
        HttpStream stream = pair.Client.Open(client)!;
        using var request = new Rented(0);
        request.Head.SetMethod(RequestMethod.Post);
        request.Head.SetScheme("http"u8);
        request.Head.SetAuthority("a"u8);
        request.Head.SetPath("/"u8);
        stream.SendHead(request.Head, end: false);
        pair.Run();
        stream.Reset(HttpErrorCode.Cancel);
        if (!http2) pair.Server.ReceiveEnd();
        pair.Run();
        Assert.NotNull(server.ResetFault);
        if (http2) Assert.Equal(HttpErrorCode.Cancel, server.ResetFault.Value.Code);
        Assert.Equal(0, pair.Server.ActiveStreams);
        Assert.Equal("", client.Log.ToString());
    }

    private sealed class Rented : IDisposable
    {
        public Rented(int status) => Head.Status = status;

        public HeaderBlock Head { get; } = new();

        public void Dispose() => Head.Clear();
    }
}
