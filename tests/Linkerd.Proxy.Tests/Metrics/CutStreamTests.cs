using System.Buffers;
using System.Net.Sockets;
using System.Text;
using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Proxy.Tests.Http;
using Linkerd.Telemetry;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Metrics;

/// <summary>What <c>response_total</c> makes of answers that did not end: who left decides. Real sockets, the real relay.</summary>
public sealed class CutStreamTests : IDisposable
{
    private readonly HttpMesh _mesh = new();
    private readonly MetricRegistry _registry = new(1);

    [Theory]
    [InlineData("application/grpc", 200, "status_code=\"200\",classification=\"success\",grpc_status=\"2\",error=\"\"")]
    [InlineData("text/event-stream", 200, "status_code=\"200\",classification=\"success\",grpc_status=\"\",error=\"\"")]
    [InlineData("text/plain", 503, "status_code=\"503\",classification=\"failure\",grpc_status=\"\",error=\"\"")]
    [Proves("6.12 client gone")]
    public async Task A_client_that_stops_watching_is_no_failure_of_the_server(string type, int status, string expected)
    {
        var counting = new Counting(_registry);
        SocketAddress entry = _mesh.Relay(Direction.Outbound, HttpProtocol.Http11, HttpMesh.Target(_mesh.App(HttpProtocol.Http2, () => new Beginning(status)), HttpProtocol.Http2), observer: counting);
        using Socket socket = Ask(entry, type);
        await Task.Run(() => HttpMesh.ReadUntil(socket, "begun\r\n")).WaitAsync(TimeSpan.FromSeconds(20));
        Leave(socket);
        await counting.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal($"response_total{{{expected}}} 1", Assert.Single(Responses()));
    }

    [Fact]
    public async Task What_nobody_waited_for_is_not_counted()
    {
        var counting = new Counting(_registry);
        var app = new Beginning(0);
        SocketAddress entry = _mesh.Relay(Direction.Outbound, HttpProtocol.Http11, HttpMesh.Target(_mesh.App(HttpProtocol.Http2, () => app), HttpProtocol.Http2), observer: counting);
        using Socket socket = Ask(entry, "application/grpc");
        await app.Asked.WaitAsync(TimeSpan.FromSeconds(20));
        Leave(socket);
        await counting.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Empty(Responses());
    }

    [Theory]
    [InlineData(HttpErrorCode.Cancel, "h2(CANCEL)")]
    [InlineData(HttpErrorCode.InternalError, "h2(INTERNAL_ERROR)")]
    [Proves("6.12 stream errors")]
    public async Task A_server_that_breaks_off_is_one_and_its_reason_is_told(HttpErrorCode code, string error)
    {
        var counting = new Counting(_registry);
        SocketAddress entry = _mesh.Relay(Direction.Outbound, HttpProtocol.Http11, HttpMesh.Target(_mesh.App(HttpProtocol.Http2, () => new Beginning(200, code)), HttpProtocol.Http2), observer: counting);
        using Socket socket = Ask(entry, "application/grpc");
        await counting.Ended.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal($"response_total{{status_code=\"200\",classification=\"failure\",grpc_status=\"\",error=\"{error}\"}} 1", Assert.Single(Responses()));
    }

    public void Dispose() => _mesh.Dispose();

    private static Socket Ask(SocketAddress entry, string type)
    {
        Socket socket = RelayTests.Dial(entry);
        socket.Send(Encoding.ASCII.GetBytes($"POST /watch HTTP/1.1\r\nHost: a\r\nContent-Type: {type}\r\nContent-Length: 0\r\n\r\n"));
        return socket;
    }

    private static void Leave(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    private string[] Responses()
    {
        var text = new ArrayBufferWriter<byte>();
        _registry.WriteText(text);
        return [.. Encoding.UTF8.GetString(text.WrittenSpan).Split('\n').Where(static l => l.StartsWith("response_total{", StringComparison.Ordinal))];
    }

    /// <summary>Counts as the stacks do.</summary>
    private sealed class Counting(MetricRegistry registry) : IExchangeObserver
    {
        private readonly HttpEndpointMetrics _metrics = new(new ProxyMetrics(registry), Labels.Empty, 0);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public void OnResponse(HttpExchange exchange, HeaderBlock response) => _metrics.OnResponse(exchange, response);

        public void OnEnd(HttpExchange exchange)
        {
            _metrics.OnEnd(exchange);
            _ended.TrySetResult();
        }
    }

    /// <summary>An application that begins an answer and does not end it, or breaks it off; status 0 does not even begin.</summary>
    private sealed class Beginning(int status, HttpErrorCode? breaksOff = null) : IHttpStreamHandler
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public void OnHead(HttpStream stream, HeaderBlock head, bool end)
        {
            _asked.TrySetResult();
            if (status == 0) return;
            stream.SendHead(new HeaderBlock { Status = status }, end: false);
            stream.SendData("begun"u8, end: false);
            if (breaksOff is { } code) stream.Reset(code);
        }

        public void OnInformational(HttpStream stream, HeaderBlock head)
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
        }

        public void OnReset(HttpStream stream, in HttpFault fault)
        {
        }

        public void OnClosed(HttpStream stream)
        {
        }
    }
}
