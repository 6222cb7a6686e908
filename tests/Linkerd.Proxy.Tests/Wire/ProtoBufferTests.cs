using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Linkerd.Api.Tap;
using Linkerd.Proxy.Wire;

namespace Linkerd.Proxy.Tests.Wire;

public sealed class ProtoBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16_383)]
    [InlineData(16_384)]
    [InlineData(3_000_000)]
    public void Messages_inside_are_what_the_official_encoder_writes_however_long(int length)
    {
        string text = new('x', length);
        var expected = new TapEvent.Types.EndpointMeta { Labels = { ["key"] = text } };
        byte[] written = ProtoBuffer.ToArray(buffer => buffer.Entry(1, "key", text));
        // The official encoder writes default values of map entries too.
        if (length > 0) Assert.Equal(expected.ToByteArray(), written);
        Assert.Equal(expected, TapEvent.Types.EndpointMeta.Parser.ParseFrom(written));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1_500_000_000, 1, 500_000_000)]
    [InlineData(999, 0, 999)]
    public void Durations_are_seconds_and_nanoseconds(long nanoseconds, long seconds, int nanos)
    {
        byte[] written = ProtoBuffer.ToArray(buffer => buffer.Duration(2, nanoseconds));
        var response = TapEvent.Types.Http.Types.ResponseInit.Parser.ParseFrom(written);
        Assert.Equal(new Duration { Seconds = seconds, Nanos = nanos }, response.SinceRequestInit);
    }

    [Fact]
    public void Text_off_the_wire_becomes_valid()
    {
        byte[] written = ProtoBuffer.ToArray(buffer => buffer.Text(5, [(byte)'/', 0xff, (byte)'a']));
        Assert.Equal("/?a", TapEvent.Types.Http.Types.RequestInit.Parser.ParseFrom(written).Path);
    }

    [Fact]
    public void Numbers_fill_an_array_to_its_last_byte()
    {
        var buffer = new ProtoBuffer { Capacity = 16 };
        for (int i = 0; i < 8; i++) buffer.Number(1, (ulong)(i + 126));
        Assert.Equal([8, 126, 8, 127, 8, 128, 1, 8, 129, 1, 8, 130, 1, 8, 131, 1, 8, 132, 1, 8, 133, 1], buffer.Written.ToArray());
        buffer.Release();
    }

    [Fact]
    public void A_frame_tells_its_length()
    {
        var buffer = new ProtoBuffer();
        for (int i = 0; i < 2; i++)
        {
            int mark = buffer.BeginFrame();
            buffer.Number(1, 300);
            buffer.EndFrame(mark);
        }

        Assert.Equal([0, 0, 0, 0, 3, 8, 0xac, 2, 0, 0, 0, 0, 3, 8, 0xac, 2], buffer.Written.ToArray());
        buffer.Release();
        Assert.Equal(0, buffer.Length);
    }
}
