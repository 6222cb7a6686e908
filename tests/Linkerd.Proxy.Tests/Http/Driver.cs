using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Errors;
using Linkerd.Proxy.Stack;
using TcpListener = Linkerd.Net.TcpListener;

namespace Linkerd.Proxy.Tests.Http;

/// <summary>Keeps twenty requests in flight, on one HTTP/2 connection or twenty of HTTP/1, from the loop itself, and measures what the loop's thread allocates.</summary>
internal sealed class Driver
{
    private const int Concurrency = 20;

    private readonly List<Lane> _lanes = [];

    private readonly HttpMesh _mesh;
    private readonly HttpClient _client;
    private readonly HeaderBlock _request = new();
    private readonly byte[] _body = new byte[64];
    private TaskCompletionSource<long>? _done;
    private long _before;
    private int _toSend;
    private int _toFinish;

    public Driver(HttpMesh mesh, SocketAddress target, HttpProtocol protocol = HttpProtocol.Http2)
    {
        _mesh = mesh;
        for (int i = 0; i < Concurrency; i++) _lanes.Add(new Lane(this));
        _client = mesh.Clients.Create(HttpMesh.Target(target, protocol) with { IdleTimeout = HttpMesh.Forever }, HttpMesh.NoMetrics.Instance);
        _request.SetMethod(RequestMethod.Post);
        _request.SetScheme("http"u8);
        _request.SetAuthority("web"u8);
        _request.SetPath("/vote"u8);
        _request.SetContentLength(_body.Length);
    }

    /// <summary>What every request has.</summary>
    public HeaderBlock Request => _request;

    /// <summary>
    /// The least that is allocated in a run of that many requests. Pools reach their size some time, connections among them: a run in which nothing
    /// grew tells what requests cost.
    /// </summary>
    public async Task<long> SteadyAsync(int count)
    {
        await Run(3_000);
        long least = long.MaxValue;
        for (int run = 0; run < 5 && least > 0; run++) least = Math.Min(least, await Run(count));
        return least;
    }

    /// <summary>Runs that many requests; the bytes allocated meanwhile.</summary>
    public Task<long> Run(int count)
    {
        _done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        _mesh.Worker.Loop.Post(() =>
        {
            _toSend = _toFinish = count;
            _before = GC.GetAllocatedBytesForCurrentThread();
            foreach (Lane lane in _lanes) lane.Next();
        });
        return _done.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>One request after another.</summary>
    private sealed class Lane(Driver owner) : IHttpCall, IHttpStreamHandler
    {
        public IHttpStreamHandler StreamHandler => this;

        public void Next()
        {
            if (owner._toSend == 0) return;
            owner._toSend--;
            owner._client.Open(this);
        }

        public void OnStream(HttpStream stream, HttpClient client)
        {
            stream.SendHead(owner._request, end: false);
            stream.SendData(owner._body, end: true);
        }

        public void OnFailed(ProxyError error) => Fail(error.Message);

        public void OnInformational(HttpStream stream, HeaderBlock head)
        {
        }

        public void OnHead(HttpStream stream, HeaderBlock head, bool end)
        {
            if (head.Status != 200) Fail($"status {head.Status}");
        }

        public void OnData(HttpStream stream, ReadOnlySpan<byte> data, bool end) => stream.Consumed(data.Length);

        public void OnTrailers(HttpStream stream, HeaderBlock trailers)
        {
        }

        public void OnSent(HttpStream stream, int count)
        {
        }

        public void OnReset(HttpStream stream, in HttpFault fault) => Fail(fault.ToString());

        public void OnClosed(HttpStream stream)
        {
            if (--owner._toFinish > 0) Next();
            else owner._done!.TrySetResult(GC.GetAllocatedBytesForCurrentThread() - owner._before);
        }

        private void Fail(string reason) => owner._done!.TrySetException(new InvalidOperationException(reason));
    }
}
