using Linkerd.Proxy.Detect;
using Linkerd.Testing;

namespace Linkerd.Proxy.Tests.Detect;

public sealed class TransportHeaderCodecTests
{
    public static TheoryData<TransportHeader> Headers => new(
        new TransportHeader(8080, null, SessionProtocol.Opaque),
        new TransportHeader(1, null, SessionProtocol.Http1),
        new TransportHeader(65535, "web.emojivoto.svc.cluster.local", SessionProtocol.Http2));

    [Theory]
    [MemberData(nameof(Headers))]
    public void Goes_round_and_waits_for_every_byte(TransportHeader header)
    {
        byte[] wire = TransportHeaderCodec.Encode(header);
        for (int length = 0; length < wire.Length; length++)
            Assert.Equal(HeaderDecoding.NeedMore, TransportHeaderCodec.Decode(wire.AsSpan(0, length), out _, out _, out _));
        byte[] followed = [.. wire, 1, 2, 3];
        Assert.Equal(HeaderDecoding.Complete, TransportHeaderCodec.Decode(followed, out TransportHeader? decoded, out int consumed, out _));
        Assert.Equal(header, decoded);
        Assert.Equal(wire.Length, consumed);
    }

    [Fact]
    [Proves("6.4 format")]
    public void Bytes_are_those_of_the_contract()
    {
        byte[] wire = TransportHeaderCodec.Encode(new TransportHeader(4321, "a.b", SessionProtocol.Http2));
        Assert.Equal([.. "transport.l5d.io/v1\r\n\r\n"u8, 0, 0, 0, 12, 0x08, 0xE1, 0x21, 0x12, 3, .. "a.b"u8, 0x1A, 2, 0x12, 0], wire);
    }

    [Theory]
    [InlineData(new byte[] { }, "port")]
    [InlineData(new byte[] { 0x08, 0 }, "port")]
    [InlineData(new byte[] { 0x08, 0x80, 0x80, 0x04 }, "port")]
    [InlineData(new byte[] { 0x08 }, "protobuf")]
    [InlineData(new byte[] { 0x12, 5, 1 }, "protobuf")]
    [InlineData(new byte[] { 0x0B }, "protobuf")]
    [InlineData(new byte[] { 0x08, 1, 0x12, 1, 0x20 }, "printable")]
    public void Malformed_says_why(byte[] message, string word)
    {
        Assert.Equal(HeaderDecoding.Malformed, TransportHeaderCodec.Decode(Wire(message), out _, out _, out string? error));
        Assert.Contains(word, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_hold()
    {
        byte[] name = new byte[254];
        Array.Fill(name, (byte)'n');
        Assert.Equal(HeaderDecoding.Malformed, TransportHeaderCodec.Decode(Wire([0x08, 1, 0x12, 0xFE, 1, .. name]), out _, out _, out _));
        byte[] wire = Wire([]);
        wire[^4] = 0xFF;
        Assert.Equal(HeaderDecoding.Malformed, TransportHeaderCodec.Decode(wire, out _, out _, out string? error));
        Assert.Contains("4096", error, StringComparison.Ordinal);
        Assert.Equal(HeaderDecoding.Malformed, TransportHeaderCodec.Decode("GET / HTTP/1.1"u8, out _, out _, out _));
    }

    [Fact]
    public void Unknown_fields_are_ignored()
    {
        Assert.Equal(HeaderDecoding.Complete, TransportHeaderCodec.Decode(Wire([0x08, 80, 0x20, 7, 0x2A, 1, 0, 0x35, 0, 0, 0, 0, 0x39, 0, 0, 0, 0, 0, 0, 0, 0]), out TransportHeader? header, out _, out _));
        Assert.Equal(80, header!.Port);
    }

    [Fact]
    public void Mutations_never_throw()
    {
        var random = new Random(9);
        byte[] good = TransportHeaderCodec.Encode(new TransportHeader(8080, "web.emojivoto.svc.cluster.local", SessionProtocol.Http1));
        for (int i = 0; i < 100_000; i++)
        {
            byte[] data = (byte[])good.Clone();
            for (int n = random.Next(3); n >= 0; n--) data[random.Next(23, data.Length)] = (byte)random.Next(256);
            _ = TransportHeaderCodec.Decode(data, out _, out _, out _);
        }
    }

    private static byte[] Wire(byte[] message) => [.. "transport.l5d.io/v1\r\n\r\n"u8, 0, 0, (byte)(message.Length >> 8), (byte)message.Length, .. message];
}
