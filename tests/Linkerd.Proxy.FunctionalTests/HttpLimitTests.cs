using Linkerd.Proxy.FunctionalTests.Kit;
using Linkerd.Testing;

namespace Linkerd.Proxy.FunctionalTests;

/// <summary>Every limit on HTTP peers in docs/reference/limits.md, reached on a real proxy: the answer on the wire, and the metric.</summary>
public sealed class HttpLimitTests(LimitedMesh mesh) : IClassFixture<LimitedMesh>
{
    private const string Post = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

    [Theory]
    [InlineData("head_bytes", "431 ")]
    [InlineData("target_bytes", "414 ")]
    [InlineData("header_count", "431 ")]
    [InlineData("chunk_line_bytes", "400 ")]
    [InlineData("trailer_bytes", "431 ")]
    [InlineData("empty_lines", "400 ")]
    [InlineData("discarded_body", "403 ")]
    [InlineData("head_time", "408 ")]
    [InlineData("body_idle", "408 ")]
    public async Task HTTP1(string limit, string status)
    {
        double before = await ReachedAsync(limit);
        using var client = await mesh.ConnectAsync(limit == "discarded_body" ? LimitedMesh.Denied : LimitedMesh.Mute);
        await client.SendAsync(limit switch
        {
            "head_bytes" => "GET / HTTP/1.1\r\nHost: a\r\nx: " + new string('x', 33 * 1024),
            "target_bytes" => "GET /" + new string('x', 16 * 1024) + " HTTP/1.1\r\nHost: a\r\n\r\n",
            "header_count" => "GET / HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Range(0, 128).Select(i => $"x{i}: y\r\n")) + "\r\n",
            "chunk_line_bytes" => Post + "1;" + new string('x', 300) + "\r\n",
            "trailer_bytes" => Post + "0\r\nx: " + new string('x', 9 * 1024) + "\r\n\r\n",
            "empty_lines" => string.Concat(Enumerable.Repeat("\r\n", 5)) + "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "discarded_body" => "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + new string('x', 70_000),
            "head_time" => "GET / HTTP/1.1\r\nHost: ",
            _ => "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc",
        });
        Assert.StartsWith("HTTP/1.1 " + status, await client.ReadToEndAsync());
        await GrewAsync(before, limit);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")]
    [InlineData("GET / HTTP/1.1\nHost: a\n\n")]
    public async Task What_two_parsers_could_read_differently_is_answered_400(string request)
    {
        double before = await mesh.SumAsync("http_protocol_errors_total", "direction=\"inbound\"", "peer=\"src\"", "scope=\"connection\"");
        using var client = await mesh.ConnectAsync(LimitedMesh.Mute);
        await client.SendAsync(request);
        Assert.StartsWith("HTTP/1.1 400 ", await client.ReadToEndAsync());
        await mesh.GrewAsync(before, "http_protocol_errors_total", "direction=\"inbound\"", "peer=\"src\"", "scope=\"connection\"");
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_cut_off()
    {
        double before = await ReachedAsync("output_stall");
        using var client = await mesh.ConnectAsync(LimitedMesh.Flood);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await GrewAsync(before, "output_stall");
        Assert.StartsWith("HTTP/1.1 200 ", await client.ReadToEndAsync());
        Assert.True(client.IsReset);
    }

    [Theory]
    [InlineData("concurrent_streams", "RST 21 7;")]
    [InlineData("header_block_size", "GOAWAY 11;")]
    [InlineData("continuation_flood", "GOAWAY 11;")]
    [InlineData("rapid_reset", "GOAWAY 11;")]
    [InlineData("settings_flood", "GOAWAY 11;")]
    [InlineData("ping_flood", "GOAWAY 11;")]
    [InlineData("empty_frame_flood", "GOAWAY 11;")]
    [InlineData("window_update_flood", "GOAWAY 11;")]
    [InlineData("unknown_frames", "GOAWAY 11;")]
    [InlineData("stream_faults", "GOAWAY 11;")]
    [InlineData("head_time", "GOAWAY 11;")]
    [InlineData("send_stall", "RST 1 11;")]
    public async Task HTTP2(string limit, string answer)
    {
        double before = await ReachedAsync(limit);
        using var client = await mesh.ConnectAsync(limit == "send_stall" ? LimitedMesh.App2 : LimitedMesh.Mute);
        await client.SendAsync(RawHttp2.Begin, limit switch
        {
            "concurrent_streams" => Times(11, i => RawHttp2.Request((2 * i) + 1, end: false)),
            "header_block_size" => [.. RawHttp2.Frame(RawHttp2.Headers, 0, 1, new byte[16_000]), .. Times(2, _ => RawHttp2.Frame(RawHttp2.Continuation, 0, 1, new byte[16_000]))],
            "continuation_flood" => [.. RawHttp2.Frame(RawHttp2.Headers, 0, 1, 0x82), .. Times(17, _ => RawHttp2.Frame(RawHttp2.Continuation, 0, 1, 0x82))],
            "rapid_reset" => Times(21, i => [.. RawHttp2.Request((2 * i) + 1), .. RawHttp2.Frame(RawHttp2.Reset, 0, (2 * i) + 1, RawHttp2.Number(8))]),
            "settings_flood" => Times(33, _ => RawHttp2.Frame(RawHttp2.Settings, 0, 0)),
            "ping_flood" => Times(501, _ => RawHttp2.Frame(RawHttp2.Ping, 0, 0, new byte[8])),
            "empty_frame_flood" => [.. RawHttp2.Request(1, end: false), .. Times(101, _ => RawHttp2.Frame(RawHttp2.Data, 0, 1))],
            "window_update_flood" => Times(1001, _ => RawHttp2.Frame(RawHttp2.WindowUpdate, 0, 0, RawHttp2.Number(1))),
            "unknown_frames" => Times(1001, _ => RawHttp2.Frame(0xee, 0, 0)),
            "stream_faults" => Times(1001, i => RawHttp2.Request((2 * i) + 1, true, RawHttp2.Field("connection", "close"))),
            "head_time" => RawHttp2.Frame(RawHttp2.Headers, 0, 1, 0x82),
            _ => [.. RawHttp2.Frame(RawHttp2.Settings, 0, 0, [0, 4, 0, 0, 0, 0]), .. RawHttp2.Request(1)],
        });
        Assert.Contains(answer, await client.ReadFramesUntilAsync(answer));
        await GrewAsync(before, limit);
    }

    [Theory]
    [InlineData("header_list_size")]
    [InlineData("header_count")]
    public async Task Too_large_a_header_list_is_answered_431_and_the_connection_lives_on(string limit)
    {
        double before = await ReachedAsync(limit);
        using var client = await mesh.ConnectAsync(LimitedMesh.App2);
        byte[] fields = limit == "header_count" ? Times(300, i => RawHttp2.Field("x", "")) : RawHttp2.Field("x", new string('y', 16_500));
        byte[] block = [.. RawHttp2.Get, .. fields];
        await client.SendAsync(
            RawHttp2.Begin,
            RawHttp2.Frame(RawHttp2.Headers, RawHttp2.EndStream, 1, block[..500]),
            RawHttp2.Frame(RawHttp2.Continuation, block.Length > 16_000 ? (byte)0 : RawHttp2.EndHeaders, 1, block[500..Math.Min(16_000, block.Length)]),
            block.Length > 16_000 ? RawHttp2.Frame(RawHttp2.Continuation, RawHttp2.EndHeaders, 1, block[16_000..]) : [],
            RawHttp2.Request(3));

        // RFC 7541: a literal whose name is entry 8 (:status), value "431" plain or in Huffman code.
        string frames = await client.ReadFramesUntilAsync("HEADERS 3 ");
        Assert.Matches("HEADERS 1 .8(03343331|82682[0-9a-f]|826[0-9a-f]{3})", frames);
        await GrewAsync(before, limit);
    }

    [Theory]
    [InlineData(0, "GOAWAY 6;")]
    [InlineData(5, "GOAWAY 1;")]
    public async Task Frames_too_large_and_pushes_end_the_connection(byte type, string answer)
    {
        double before = await mesh.SumAsync("http_protocol_errors_total", "scope=\"connection\"");
        using var client = await mesh.ConnectAsync(LimitedMesh.Mute);
        byte[] frame = type == RawHttp2.PushPromise ? RawHttp2.Frame(type, RawHttp2.EndHeaders, 1, 0, 0, 0, 2) : [0, 0x9c, 0x40, type, 0, 0, 0, 0, 1];
        await client.SendAsync(RawHttp2.Begin, RawHttp2.Request(1, end: false), frame);
        Assert.Contains(answer, await client.ReadFramesUntilAsync(answer));
        await mesh.GrewAsync(before, "http_protocol_errors_total", "scope=\"connection\"");
    }

    [Fact]
    [Proves("6.2 IDLE_CONNS")]
    public async Task A_pooled_connection_that_is_idle_is_closed()
    {
        double before = await mesh.SumAsync("tcp_close_total", "direction=\"inbound\"", "peer=\"dst\"");
        using var client = await mesh.ConnectAsync(LimitedMesh.App);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await client.ReadUntilAsync("host: a"));
        await mesh.GrewAsync(before, "tcp_close_total", "direction=\"inbound\"", "peer=\"dst\"");
    }

    private static byte[] Times(int count, Func<int, byte[]> frame) => [.. Enumerable.Range(0, count).SelectMany(frame)];

    private Task<double> ReachedAsync(string limit) => mesh.SumAsync("http_limit_reached_total", "direction=\"inbound\"", "peer=\"src\"", $"limit=\"{limit}\"");

    private Task GrewAsync(double before, string limit) => mesh.GrewAsync(before, "http_limit_reached_total", "direction=\"inbound\"", "peer=\"src\"", $"limit=\"{limit}\"");
}
