using Linkerd.Stats.Store;

namespace Linkerd.Stats.Tests;

public sealed class SampleCodecTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_is_packed_is_unpacked(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 2000; round++)
        {
            var samples = new double[random.Next(1, 70)];
            for (var i = 0; i < samples.Length; i++)
            {
                samples[i] = random.Next(9) switch
                {
                    0 => double.NaN,
                    1 => random.NextDouble() * 1e6,
                    2 => double.PositiveInfinity,
                    3 => random.NextInt64(long.MinValue / 4, long.MaxValue / 4),
                    4 => -random.Next(1000),
                    5 => 0,
                    _ => i == 0 ? 1 : samples[i - 1] + random.Next(3),
                };
            }

            var back = new double[samples.Length];
            SampleCodec.Unpack(SampleCodec.Pack(samples), back);
            Assert.Equal(samples, back);
        }
    }

    [Fact]
    public void Absence_alone_is_nothing() => Assert.Null(SampleCodec.Pack([double.NaN, double.NaN]));

    [Fact]
    public void A_counter_takes_a_byte_a_scrape_and_an_idle_one_next_to_nothing()
    {
        var counter = Enumerable.Range(0, 30).Select(i => 5_000_000.0 + (i * 7)).ToArray();
        Assert.InRange(SampleCodec.Pack(counter)!.Length, 30, 34);
        Assert.InRange(SampleCodec.Pack([.. Enumerable.Repeat(5_000_000.0, 30)])!.Length, 1, 6);
    }
}
