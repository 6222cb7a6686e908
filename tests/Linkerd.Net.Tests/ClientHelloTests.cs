using System.Buffers.Binary;
using System.Text;
using Linkerd.Net;

namespace Linkerd.Net.Tests;

public sealed class ClientHelloTests
{
    private const string Name = "web.emojivoto.serviceaccount.identity.linkerd.cluster.local";

    [Fact]
    public void Name_and_protocols_are_found()
    {
        ClientHello hello = ClientHelloParser.Parse(Record(Hello("Web.Example", ["h2", "transport.l5d.io/v1"])));
        Assert.Equal(ClientHelloKind.Complete, hello.Kind);
        Assert.Equal("web.example", hello.ServerName);
        Assert.Equal(["h2", "transport.l5d.io/v1"], hello.Alpn);
    }

    [Fact]
    public void Without_extensions_there_is_no_name()
    {
        ClientHello hello = ClientHelloParser.Parse(Record(Hello(null, [])));
        Assert.Equal((ClientHelloKind.Complete, null), (hello.Kind, hello.ServerName));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(16384)]
    public void Split_over_records_and_offered_byte_by_byte(int fragment)
    {
        byte[] data = Record(Hello(Name, ["transport.l5d.io/v1"], padding: 1800), fragment);
        if (data.Length > ClientHelloParser.MaxLength)
        {
            Assert.Equal(ClientHelloKind.NotTls, ClientHelloParser.Parse(data.AsSpan(0, ClientHelloParser.MaxLength)).Kind);
            return;
        }

        for (int length = 0; length < data.Length; length++)
            Assert.Equal(ClientHelloKind.NeedMore, ClientHelloParser.Parse(data.AsSpan(0, length)).Kind);
        Assert.Equal(Name, ClientHelloParser.Parse(data).ServerName);
        Assert.Equal(Name, ClientHelloParser.Parse([.. data, 20, 3, 3, 0, 1, 1]).ServerName);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("\u0016\u0002")]
    [InlineData("\u0016\u0003\u0004")]
    [InlineData("\u0016\u0003\u0001\u0000\u0000")]
    [InlineData("\u0016\u0003\u0001\u0000\u0001\u0002")]
    [InlineData("\u0015\u0003\u0003\u0000\u0002")]
    public void Other_first_bytes_are_not_tls(string text) => Assert.Equal(ClientHelloKind.NotTls, ClientHelloParser.Parse(Encoding.Latin1.GetBytes(text)).Kind);

    [Fact]
    public void More_than_eight_kib_is_not_looked_into()
    {
        byte[] data = Record(Hello(Name, [], padding: 9000));
        Assert.Equal(ClientHelloKind.NotTls, ClientHelloParser.Parse(data).Kind);
        // It is clear from the length field already.
        Assert.Equal(ClientHelloKind.NotTls, ClientHelloParser.Parse(data.AsSpan(0, 9)).Kind);
    }

    [Theory]
    [InlineData("two names")]
    [InlineData("")]
    [InlineData("caf\u00e9.example")]
    public void Names_that_are_none_are_refused(string name) => Assert.Equal(ClientHelloKind.NotTls, ClientHelloParser.Parse(Record(Hello(name, []))).Kind);

    [Fact]
    public void Mutations_and_truncations_never_throw_and_never_ask_beyond_the_limit()
    {
        var random = new Random(42);
        byte[] good = Record(Hello(Name, ["h2"], padding: 200), 150);
        for (int round = 0; round < 200_000; round++)
        {
            byte[] data = good.AsSpan(0, random.Next(1, good.Length + 1)).ToArray();
            for (int i = random.Next(4); i > 0; i--) data[random.Next(data.Length)] = (byte)random.Next(256);
            ClientHello hello = ClientHelloParser.Parse(data);
            if (hello.ServerName is { } name) Assert.InRange(name.Length, 1, 255);
        }
    }

    private static byte[] Hello(string? name, string[] alpn, int padding = 0)
    {
        var extensions = new List<byte>();
        if (name is not null)
        {
            byte[] text = Encoding.Latin1.GetBytes(name);
            extensions.AddRange([0, 0, .. U16(text.Length + 5), .. U16(text.Length + 3), 0, .. U16(text.Length), .. text]);
        }

        if (alpn.Length > 0)
        {
            byte[] list = AlpnList.Encode(alpn);
            extensions.AddRange([0, 16, .. U16(list.Length + 2), .. U16(list.Length), .. list]);
        }

        if (padding > 0) extensions.AddRange([0, 21, .. U16(padding), .. new byte[padding]]);
        var body = new List<byte>([3, 3, .. new byte[32], 32, .. new byte[32], 0, 2, 0x13, 1, 1, 0]);
        if (extensions.Count > 0) body.AddRange([.. U16(extensions.Count), .. extensions]);
        return [1, 0, .. U16(body.Count), .. body];
    }

    private static byte[] Record(byte[] message, int fragment = 16384)
        => message.Chunk(fragment).SelectMany(chunk => (byte[])[22, 3, 1, .. U16(chunk.Length), .. chunk]).ToArray();

    private static byte[] U16(int value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        return bytes;
    }
}
