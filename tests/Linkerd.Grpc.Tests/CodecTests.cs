using FsCheck;
using FsCheck.Fluent;
using Linkerd.Grpc.Protocol;

namespace Linkerd.Grpc.Tests;

public sealed class CodecTests
{
    [Theory]
    [InlineData(0, "0n")]
    [InlineData(1, "100n")]
    [InlineData(TimeSpan.TicksPerMillisecond * 50, "50000000n")]
    [InlineData(TimeSpan.TicksPerSecond, "1000000u")]
    [InlineData(TimeSpan.TicksPerMinute * 5, "300000m")]
    [InlineData(TimeSpan.TicksPerDay * 30, "2592000S")]
    [InlineData(-5, "0n")]
    [InlineData(long.MaxValue, "15372287M")]
    public void A_timeout_takes_the_finest_unit_that_fits(long ticks, string expected)
    {
        // 50 ms are 50,000,000 ns, which still has eight digits.
        if (ticks == long.MaxValue)
            Assert.True(TimeoutCodec.TryDecode(TimeoutCodec.Encode(new TimeSpan(ticks)), out _));
        else
            Assert.Equal(expected, TimeoutCodec.Encode(new TimeSpan(ticks)));
    }

    [Fact]
    public void A_timeout_comes_back_no_shorter_and_at_most_a_unit_longer()
    {
        Prop.ForAll<long>(value =>
        {
            var timeout = new TimeSpan(Math.Abs(value % TimeSpan.TicksPerDay));
            Assert.True(TimeoutCodec.TryDecode(TimeoutCodec.Encode(timeout), out var decoded));
            Assert.InRange(decoded - timeout, TimeSpan.Zero, TimeSpan.FromTicks(Math.Max(1, timeout.Ticks / 1000)));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("m")]
    [InlineData("-1m")]
    [InlineData("1x")]
    [InlineData("123456789m")]
    [InlineData(" 1m")]
    public void A_malformed_timeout_is_refused(string value) => Assert.False(TimeoutCodec.TryDecode(value, out _));

    [Theory]
    [InlineData("1H", TimeSpan.TicksPerHour)]
    [InlineData("2M", 2 * TimeSpan.TicksPerMinute)]
    [InlineData("3S", 3 * TimeSpan.TicksPerSecond)]
    [InlineData("4m", 4 * TimeSpan.TicksPerMillisecond)]
    [InlineData("5u", 5 * TimeSpan.TicksPerMicrosecond)]
    [InlineData("1n", 1)]
    public void Every_unit_is_read(string value, long ticks)
    {
        Assert.True(TimeoutCodec.TryDecode(value, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("100 %", "100 %25")]
    [InlineData("ö€😀\n", "%C3%B6%E2%82%AC%F0%9F%98%80%0A")]
    public void A_message_is_percent_encoded(string text, string encoded)
    {
        Assert.Equal(encoded, PercentCodec.Encode(text));
        Assert.Equal(text, PercentCodec.Decode(encoded));
    }

    [Theory]
    [InlineData("%", "%")]
    [InlineData("a%2", "a%2")]
    [InlineData("%zz%41", "%zzA")]
    public void A_malformed_message_stays_readable(string encoded, string text) => Assert.Equal(text, PercentCodec.Decode(encoded));

    [Fact]
    public void A_long_message_is_cut() => Assert.InRange(PercentCodec.Encode(new string('ö', 100_000)).Length, 8000, 8192);

    [Fact]
    public void Octets_come_back_with_and_without_padding()
    {
        Prop.ForAll<byte[]>(octets =>
        {
            var encoded = BinaryHeader.Encode(octets);
            Assert.DoesNotContain('=', encoded);
            Assert.True(BinaryHeader.TryDecode(encoded, out var bare));
            Assert.Equal(octets, bare);
            Assert.True(BinaryHeader.TryDecode(Convert.ToBase64String(octets), out var padded));
            Assert.Equal(octets, padded);
        }).QuickCheckThrowOnFailure();
        Assert.False(BinaryHeader.TryDecode("a", out _));
        Assert.False(BinaryHeader.TryDecode("a!bc", out _));
    }

    [Theory]
    [InlineData("application/grpc", true)]
    [InlineData("application/grpc+proto", true)]
    [InlineData("Application/gRPC;charset=x", true)]
    [InlineData("application/grpc-web", false)]
    [InlineData("application/json", false)]
    [InlineData("", false)]
    public void Content_types_are_told_apart(string type, bool isGrpc) => Assert.Equal(isGrpc, GrpcProtocol.IsGrpcContentType(type));

    [Fact]
    public void A_status_is_read_from_trailers_or_guessed_from_http()
    {
        Assert.Equal(new Status(StatusCode.NotFound, "a b"), GrpcProtocol.ReadStatus(200, "application/grpc", "5", "a%20b"));
        Assert.Equal(StatusCode.Unknown, GrpcProtocol.ReadStatus(200, "application/grpc", "99", null).StatusCode);
        Assert.Equal(StatusCode.Unknown, GrpcProtocol.ReadStatus(200, "application/grpc", "+5", null).StatusCode);
        Assert.Equal(StatusCode.Unavailable, GrpcProtocol.ReadStatus(503, "text/html", null, null).StatusCode);
        Assert.Equal(StatusCode.Unimplemented, GrpcProtocol.ReadStatus(404, null, null, null).StatusCode);
        Assert.Equal(StatusCode.Unknown, GrpcProtocol.ReadStatus(200, "text/html", null, null).StatusCode);
        Assert.Equal(StatusCode.Unknown, GrpcProtocol.ReadStatus(200, "application/grpc", null, null).StatusCode);
    }

    [Theory]
    [InlineData("UPPER", "upper")]
    [InlineData("a-b_c.d", "a-b_c.d")]
    public void Metadata_keys_are_in_lower_case(string key, string expected) => Assert.Equal(expected, new MetadataEntry(key, "v").Key);

    [Fact]
    public void Metadata_refuses_what_headers_cannot_carry()
    {
        Assert.Throws<ArgumentException>(() => new MetadataEntry("a b", "v"));
        Assert.Throws<ArgumentException>(() => new MetadataEntry("", "v"));
        Assert.Throws<ArgumentException>(() => new MetadataEntry("a", "line\r\nbreak"));
        Assert.Throws<ArgumentException>(() => new MetadataEntry("a-bin", "text"));
        Assert.Throws<ArgumentException>(() => new MetadataEntry("a", [1]));
        Assert.Null(MetadataEntry.FromHeader("a-bin", "not base64!"));
    }

    [Fact]
    public void A_request_head_has_its_fields_in_order()
    {
        var method = new Method<byte[], byte[]>(MethodType.Unary, "pkg.Service", "Rpc", Marshallers.Bytes, Marshallers.Bytes);
        var fields = RequestHead.Fields(method, "https", "host:1", new CallOptions(new Metadata { { "k-bin", [1] } }, TimeSpan.FromSeconds(1)), "agent").Select(f => $"{f.Key}={f.Value}");
        Assert.Equal(
            [":method=POST", ":scheme=https", ":path=/pkg.Service/Rpc", ":authority=host:1", "te=trailers", "grpc-timeout=1000000u", "content-type=application/grpc", "grpc-accept-encoding=identity,gzip", "user-agent=agent", "k-bin=AQ"],
            fields);
    }
}
