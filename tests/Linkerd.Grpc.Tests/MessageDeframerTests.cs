using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using Linkerd.Grpc.Protocol;

namespace Linkerd.Grpc.Tests;

public sealed class MessageDeframerTests
{
    [Fact]
    public void Messages_come_back_however_the_bytes_are_cut()
    {
        Prop.ForAll<byte[][], int>((messages, seed) =>
        {
            var stream = messages.SelectMany(m => MessageFrame.ToArray(m, Marshallers.Bytes)).ToArray();
            var random = new Random(seed);
            using var deframer = new MessageDeframer();
            var read = new List<byte[]>();
            for (var at = 0; at < stream.Length;)
            {
                var take = Math.Min(random.Next(1, 20), stream.Length - at);
                ReadOnlySpan<byte> input = stream.AsSpan(at, take);
                while (deframer.TryRead(ref input, out var message))
                    read.Add(message.ToArray());
                Assert.True(input.IsEmpty);
                at += take;
            }

            Assert.False(deframer.HasPartialMessage);
            Assert.Equal(messages, read);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_partial_message_is_known()
    {
        using var deframer = new MessageDeframer();
        ReadOnlySpan<byte> input = [0, 0, 0, 0, 2, 1];
        Assert.False(deframer.TryRead(ref input, out _));
        Assert.True(deframer.HasPartialMessage);
        input = [2];
        Assert.True(deframer.TryRead(ref input, out var message));
        Assert.Equal([1, 2], message.ToArray());
        Assert.False(deframer.HasPartialMessage);
    }

    [Fact]
    public void A_length_above_the_limit_is_refused_before_the_payload_comes()
    {
        using var deframer = new MessageDeframer(10);
        Assert.Equal(StatusCode.ResourceExhausted, Refusal(deframer, [0, 0, 0, 0, 11]).StatusCode);
    }

    [Fact]
    public void A_huge_announcement_reserves_nothing()
    {
        using var deframer = new MessageDeframer(int.MaxValue - 5);
        var before = GC.GetAllocatedBytesForCurrentThread();
        ReadOnlySpan<byte> input = [0, 0x7f, 0xff, 0xff, 0xf0, 1, 2, 3];
        Assert.False(deframer.TryRead(ref input, out _));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 10_000);
    }

    [Fact]
    public void An_unknown_flag_is_refused()
    {
        using var deframer = new MessageDeframer();
        Assert.Equal(StatusCode.Internal, Refusal(deframer, [2, 0, 0, 0, 0]).StatusCode);
    }

    [Fact]
    public void A_compressed_message_without_an_encoding_is_refused()
    {
        using var deframer = new MessageDeframer();
        Assert.Equal(StatusCode.Internal, Refusal(deframer, [1, 0, 0, 0, 0]).StatusCode);
    }

    [Fact]
    public void An_unknown_encoding_is_Unimplemented()
    {
        using var deframer = new MessageDeframer { Encoding = "snappy" };
        Assert.Equal(StatusCode.Unimplemented, Refusal(deframer, [1, 0, 0, 0, 0]).StatusCode);
    }

    [Fact]
    public void Gzip_is_read_within_the_limit()
    {
        using var deframer = new MessageDeframer(1000) { Encoding = "gzip" };
        ReadOnlySpan<byte> small = Gzip(new byte[1000]);
        Assert.True(deframer.TryRead(ref small, out var message));
        Assert.Equal(1000, message.Length);
        Assert.Equal(StatusCode.ResourceExhausted, Refusal(deframer, Gzip(new byte[100_000])).StatusCode);
        Assert.Equal(StatusCode.Internal, Refusal(deframer, [1, 0, 0, 0, 3, 1, 2, 3]).StatusCode);
    }

    private static byte[] Gzip(byte[] payload)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(payload);
        var frame = MessageFrame.ToArray(packed.ToArray(), Marshallers.Bytes);
        frame[0] = 1;
        return frame;
    }

    private static RpcException Refusal(MessageDeframer deframer, byte[] bytes) => Assert.Throws<RpcException>(() =>
    {
        ReadOnlySpan<byte> input = bytes;
        deframer.TryRead(ref input, out _);
    });
}
