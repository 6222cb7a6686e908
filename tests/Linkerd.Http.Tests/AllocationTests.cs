namespace Linkerd.Http.Tests;

public sealed class AllocationTests
{
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(true, 50)]
    public void A_request_allocates_nothing_in_the_steady_state(bool http2, int streams)
    {
        var server = new EchoServer();
        var pair = new Pair(http2, server);
        var client = new CountingClient();
        HeaderBlock request = pair.Resources.RentHead();
        request.SetMethod(RequestMethod.Post);
        request.SetScheme("http"u8);
        request.SetAuthority("web.emojivoto.svc.cluster.local:80"u8);
        request.SetPath("/api/vote?choice=:doughnut:"u8);
        request.Add(KnownHeader.ContentType, "application/json"u8);
        request.Add(KnownHeader.UserAgent, "test/1.0"u8);
        request.Add("x-request-token"u8, "0123456789abcdef"u8);
        request.SetContentLength(100);
        byte[] body = new byte[100];
        Exchange(pair, client, request, body, streams, 2_000);
        int rounds = 100_000 / streams;
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(pair, client, request, body, streams, rounds);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((rounds + 2_000) * streams, client.Closed);
        Assert.Equal(0, allocated);
    }

    private static void Exchange(Pair pair, CountingClient client, HeaderBlock request, byte[] body, int streams, int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            for (int n = 0; n < streams; n++)
            {
                HttpStream stream = pair.Client.Open(client)!;
                stream.SendHead(request, end: false);
                stream.SendData(body, end: true);
            }

            pair.Run();
        }
    }

    private sealed class EchoServer : IHttpServer, IHttpStreamHandler
    {
        private readonly HeaderBlock _response = NewResponse();

        public IHttpStreamHandler OnStream(HttpStream stream) => this;

        public void OnInformational(HttpStream stream, HeaderBlock head)
        {
        }

        public void OnHead(HttpStream stream, HeaderBlock head, bool end) => stream.SendHead(_response, end: false);

        public void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end)
        {
            stream.Consumed(data.Length);
            stream.SendData(data, end);
        }

        public void OnTrailers(HttpStream stream, HeaderBlock trailers)
        {
        }

        public void OnSent(HttpStream stream, int count)
        {
        }

        public void OnReset(HttpStream stream, in HttpFault fault)
        {
        }

        public void OnClosed(HttpStream stream)
        {
        }

        private static HeaderBlock NewResponse()
        {
            var head = new HeaderBlock { Status = 200 };
            head.Add(KnownHeader.ContentType, "application/json"u8);
            head.Add(KnownHeader.Server, "echo"u8);
            return head;
        }
    }

    private sealed class CountingClient : IHttpStreamHandler
    {
        public int Closed { get; private set; }

        public void OnInformational(HttpStream stream, HeaderBlock head)
        {
        }

        public void OnHead(HttpStream stream, HeaderBlock head, bool end)
        {
        }

        public void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end) => stream.Consumed(data.Length);

        public void OnTrailers(HttpStream stream, HeaderBlock trailers)
        {
        }

        public void OnSent(HttpStream stream, int count)
        {
        }

        public void OnReset(HttpStream stream, in HttpFault fault)
        {
        }

        public void OnClosed(HttpStream stream) => Closed++;
    }
}
