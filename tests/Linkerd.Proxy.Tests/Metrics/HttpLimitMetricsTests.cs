using System.Buffers;
using System.Text;
using Linkerd.Http;
using Linkerd.Net;
using Linkerd.Proxy.Metrics;
using Linkerd.Proxy.Stack;
using Linkerd.Telemetry;

namespace Linkerd.Proxy.Tests.Metrics;

public sealed class HttpLimitMetricsTests
{
    [Fact]
    public void Every_limit_has_a_name_of_its_own()
    {
        string[] names = [.. Enum.GetValues<HttpLimit>().Select(HttpLimitMetrics.NameOf)];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Single(names, "none");
    }

    [Fact]
    public void Workers_add_up_by_side_and_end_and_what_never_happened_is_left_out()
    {
        var registry = new MetricRegistry(1);
        using EventLoop loop = EventLoop.Create(new EventLoopOptions { Name = "test" });
        Worker[] workers = [new(0, loop), new(1, loop)];
        HttpLimitMetrics.Register(registry, workers);
        Assert.Equal(string.Empty, Text(registry));
        foreach (Worker worker in workers) Refuse(worker, worker.HttpPeers.Of(Direction.Inbound, clients: true));
        Refuse(workers[0], workers[0].HttpPeers.Of(Direction.Outbound, clients: true));
        Assert.Equal(
            """
            # HELP http_limit_reached_total Total count of limits reached by HTTP peers
            # TYPE http_limit_reached_total counter
            http_limit_reached_total{direction="inbound",peer="src",limit="target_bytes"} 2
            http_limit_reached_total{direction="outbound",peer="src",limit="target_bytes"} 1
            # HELP http_protocol_errors_total Total count of HTTP streams and connections ended because the peer broke the protocol or a limit
            # TYPE http_protocol_errors_total counter
            http_protocol_errors_total{direction="inbound",peer="src",scope="connection"} 2
            http_protocol_errors_total{direction="outbound",peer="src",scope="connection"} 1

            """,
            Text(registry));
    }

    private static void Refuse(Worker worker, HttpCounters counters)
    {
        var connection = new Connection();
        var session = new Http1ServerSession(worker.Http, new Http1Limits { MaxTargetBytes = 16 }, connection, connection, connection) { Counters = counters };
        session.Start();
        session.Receive("GET /01234567890123456789 HTTP/1.1\r\nHost: a\r\n\r\n"u8);
    }

    private static string Text(MetricRegistry registry)
    {
        var text = new ArrayBufferWriter<byte>();
        registry.WriteText(text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private sealed class Connection : IByteOutput, IHttpSessionOwner, IHttpServer
    {
        private readonly byte[] _buffer = new byte[64 * 1024];

        public long Pending => 0;

        public long Drained => 0;

        public Span<byte> GetSpan(int sizeHint) => _buffer;

        public void Advance(int count)
        {
        }

        public void Write(ReadOnlySpan<byte> data)
        {
        }

        public void OnReceiveResumed(HttpSession session)
        {
        }

        public void OnSendEnded(HttpSession session)
        {
        }

        public void OnFinished(HttpSession session, in HttpFault fault)
        {
        }

        public void OnStateChanged(HttpSession session)
        {
        }

        public void OnPong(HttpSession session, ulong opaque)
        {
        }

        public IHttpStreamHandler OnStream(HttpStream stream) => throw new InvalidOperationException("the request was to be refused");
    }
}
