using System.Buffers;
using System.Text;
using System.Text.Json;
using Linkerd.Http;
using Linkerd.Model;
using Linkerd.Proxy.Accept;
using Linkerd.Proxy.AccessLog;
using Linkerd.Proxy.Config;
using Linkerd.Proxy.Detect;
using Linkerd.Proxy.Stack;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.AccessLog;

public sealed class AccessLogTests
{
    private static readonly DateTimeOffset s_now = new DateTimeOffset(2026, 11, 21, 9, 8, 7, TimeSpan.FromHours(1)).AddTicks(1234567);
    private static readonly PeerIdentity s_client = PeerIdentity.Dns("web.ns.serviceaccount.identity.linkerd.cluster.local");

    [Fact]
    [Proves("6.2 ACCESS_LOG", "6.16 access log")]
    public void Apache_lines_are_in_the_common_format()
    {
        AccessLogEntry entry = Begin(Request());
        entry.OnResponse(new HeaderBlock { Status = 204 });
        Assert.Equal(
            "10.1.2.3:40000 web.ns.serviceaccount.identity.linkerd.cluster.local - [2026-11-21T08:08:07.1234567Z] \"POST http://api.example:8080/a?b=c HTTP/1.1\" 204\n",
            Line(entry, AccessLogFormat.Apache));
    }

    [Fact]
    [Proves("6.2 ACCESS_LOG", "6.16 access log")]
    public void Json_lines_have_every_field()
    {
        HeaderBlock request = Request();
        request.Add("user-agent"u8, "curl/8"u8);
        request.Add("x-request-id"u8, "abc"u8);
        request.SetContentLength(12);
        AccessLogEntry entry = Begin(request);
        entry.OnForwarded();
        var response = new HeaderBlock { Status = 200 };
        response.SetContentLength(34);
        entry.OnResponse(response);
        using JsonDocument line = JsonDocument.Parse(Line(entry, AccessLogFormat.Json));
        Assert.Equal(
            "client.addr,client.id,host,method,processing_ns,request_bytes,response_bytes,status,timestamp,total_ns,trace_id,uri,user_agent,version",
            string.Join(',', line.RootElement.EnumerateObject().Select(p => p.Name)));
        JsonElement root = line.RootElement;
        Assert.Equal("10.1.2.3:40000", root.GetProperty("client.addr").GetString());
        Assert.Equal("api.example:8080", root.GetProperty("host").GetString());
        Assert.Equal("12", root.GetProperty("request_bytes").GetString());
        Assert.Equal("34", root.GetProperty("response_bytes").GetString());
        Assert.Equal(200, root.GetProperty("status").GetInt32());
        Assert.Equal("abc", root.GetProperty("trace_id").GetString());
        Assert.Equal("http://api.example:8080/a?b=c", root.GetProperty("uri").GetString());
        Assert.Equal("curl/8", root.GetProperty("user_agent").GetString());
        Assert.True(long.Parse(root.GetProperty("processing_ns").GetString()!) <= long.Parse(root.GetProperty("total_ns").GetString()!));
    }

    [Fact]
    public void What_a_client_sent_cannot_leave_its_quotes_nor_its_line()
    {
        HeaderBlock request = Request();
        request.SetPath("/\"\\\n\u00e9\u007f"u8);
        request.Add("user-agent"u8, [0xff, (byte)'"', 0x1b]);
        AccessLogEntry entry = Begin(request);
        Assert.Contains("\"POST http://api.example:8080/\\\"\\\\\\x0a\\xc3\\xa9\\x7f HTTP/1.1\" -\n", Line(entry, AccessLogFormat.Apache), StringComparison.Ordinal);
        string json = Line(entry, AccessLogFormat.Json);
        Assert.Single(json.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        using JsonDocument line = JsonDocument.Parse(json);
        Assert.Equal("http://api.example:8080/\"\\\n\u00e9\u007f", line.RootElement.GetProperty("uri").GetString());
        Assert.Equal("?\"\u001b", line.RootElement.GetProperty("user_agent").GetString());
    }

    [Fact]
    public void A_client_that_left_has_no_status_and_long_texts_are_cut()
    {
        HeaderBlock request = Request();
        request.SetPath(Encoding.ASCII.GetBytes("/" + new string('"', 10_000)));
        AccessLogEntry entry = Begin(request);
        entry.OnGone();
        string line = Line(entry, AccessLogFormat.Json);
        Assert.InRange(line.Length, AccessLogEntry.MaxText, entry.MaxLineLength);
        using JsonDocument json = JsonDocument.Parse(line);
        Assert.False(json.RootElement.TryGetProperty("status", out _));
        Assert.False(json.RootElement.TryGetProperty("response_bytes", out _));
        Assert.Equal("http://api.example:8080".Length + AccessLogEntry.MaxText, json.RootElement.GetProperty("uri").GetString()!.Length);
    }

    [Theory]
    [InlineData("x-b3-traceid", "0af7", "0af7")]
    [InlineData("x-amzn-trace-id", "Root=1", "Root=1")]
    [InlineData("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f3577b34da6a3ce929d0e0e4736")]
    [InlineData("l5d-orig-proto", "HTTP/1.0; absolute-form", "")]
    public void The_trace_is_found_in_its_usual_headers(string name, string value, string id)
    {
        HeaderBlock request = Request();
        request.Add(Encoding.ASCII.GetBytes(name), Encoding.ASCII.GetBytes(value));
        using JsonDocument line = JsonDocument.Parse(Line(Begin(request), AccessLogFormat.Json));
        Assert.Equal(id, line.RootElement.GetProperty("trace_id").GetString());
        // The version is what the client spoke, not what proxies speak between them.
        Assert.Equal(name == "l5d-orig-proto" ? "HTTP/1.0" : "HTTP/1.1", line.RootElement.GetProperty("version").GetString());
    }

    [Fact]
    public async Task A_reader_that_blocks_holds_up_nobody_and_costs_lines_not_memory()
    {
        using var output = new GatedStream();
        var writer = new AccessLogWriter(output);
        const int Chunk = 64 * 1024;
        int taken = 0;
        while (writer.TryWrite(ArrayPool<byte>.Shared.Rent(Chunk), Chunk)) taken++;
        Assert.Equal(AccessLogWriter.MaxWaiting / Chunk, taken);
        Assert.False(writer.TryWrite(ArrayPool<byte>.Shared.Rent(Chunk), Chunk));
        output.Open();
        await Eventually.TrueAsync(() => writer.TryWrite(ArrayPool<byte>.Shared.Rent(Chunk), Chunk));
        writer.Dispose();
        Assert.Equal((taken + 1L) * Chunk, output.Written);
    }

    private static AccessLogEntry Begin(HeaderBlock request)
    {
        SocketAddress server = SocketAddress.Parse("10.0.0.1:8080");
        var entry = new AccessLogEntry();
        entry.Begin(request, new HttpPeer(new Accepted(Direction.Inbound, SocketAddress.Parse("[::ffff:10.1.2.3]:40000"), server, server), new ServerTls(ServerTlsState.Established, s_client)), s_now);
        return entry;
    }

    private static HeaderBlock Request()
    {
        var head = new HeaderBlock();
        head.SetMethod(RequestMethod.Post);
        head.SetAuthority("api.example:8080"u8);
        head.SetPath("/a?b=c"u8);
        return head;
    }

    private static string Line(AccessLogEntry entry, AccessLogFormat format)
    {
        byte[] line = new byte[entry.MaxLineLength];
        return Encoding.UTF8.GetString(line, 0, entry.Format(format, line));
    }

    private sealed class GatedStream : Stream
    {
        private readonly ManualResetEventSlim _gate = new();
        private long _written;

        public long Written => Volatile.Read(ref _written);

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Open() => _gate.Set();

        public override void Write(byte[] buffer, int offset, int count)
        {
            _gate.Wait();
            Interlocked.Add(ref _written, count);
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _gate.Dispose();
            base.Dispose(disposing);
        }
    }
}
