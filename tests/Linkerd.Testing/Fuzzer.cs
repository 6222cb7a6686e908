using System.Diagnostics;

namespace Linkerd.Testing;

/// <summary>
/// Runs a target on mutations of its corpus: a fixed number from a fixed seed, or, with <c>FUZZ_SECONDS</c>, as many as the time allows from
/// a new seed. A failure names the seed, the round and the input.
/// </summary>
public static class Fuzzer
{
    private static readonly byte[] s_interesting = "\r\n\0 :;,=0f\x7f\x80\xff"u8.ToArray();

    /// <summary>Calls <paramref name="target"/> with inputs and a random source of its own for each, until done.</summary>
    /// <returns>How many inputs were tried.</returns>
    public static int Run(IReadOnlyList<byte[]> corpus, int rounds, Action<byte[], Random> target)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(target);
        double budget = double.TryParse(Environment.GetEnvironmentVariable("FUZZ_SECONDS"), out double seconds) ? seconds : 0;
        int seed = budget > 0 ? Environment.TickCount : 4711;
        long from = Stopwatch.GetTimestamp();
        int round = 0;
        for (; budget > 0 ? Stopwatch.GetElapsedTime(from).TotalSeconds < budget : round < rounds; round++)
        {
            var random = new Random(seed ^ (round * 7919));
            byte[] input = corpus[random.Next(corpus.Count)];
            if (round >= corpus.Count) input = Mutate(input, corpus, random);
            try
            {
                target(input, random);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}, round {round}, input {Convert.ToHexString(input)}: {exception.Message}", exception);
            }
        }

        return round;
    }

    /// <summary>Changes bits, octets and runs, cuts, repeats, and splices with another input.</summary>
    public static byte[] Mutate(byte[] input, IReadOnlyList<byte[]> corpus, Random random)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(random);
        var bytes = new List<byte>(input);
        for (int n = random.Next(1, 6); n > 0 && bytes.Count > 0; n--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(9))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.Insert(at, s_interesting[random.Next(s_interesting.Length)]);
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 8), bytes.Count - at));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(40), bytes.Count - at)));
                    break;
                case 5:
                    bytes[at] = (byte)(bytes[at] + random.Next(-2, 3));
                    break;
                case 6:
                    byte[] other = corpus[random.Next(corpus.Count)];
                    int begin = random.Next(other.Length);
                    bytes.InsertRange(at, other.AsSpan(begin, Math.Min(random.Next(64), other.Length - begin)).ToArray());
                    break;
                case 7:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Repeat(bytes[at], random.Next(300)));
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Cuts an input into segments, small ones most of the time.</summary>
    public static IEnumerable<(int Start, int Length)> Segments(int length, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        for (int start = 0; start < length;)
        {
            int count = Math.Min(length - start, random.Next(3) == 0 ? 1 : 1 + random.Next(64));
            yield return (start, count);
            start += count;
        }
    }
}
