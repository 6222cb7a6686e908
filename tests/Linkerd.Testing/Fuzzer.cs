using System.Diagnostics;
using System.Globalization;

namespace Linkerd.Testing;

/// <summary>
/// Runs a target on its corpus, then on mutations of it: a fixed number from a fixed seed, or, with <c>FUZZ_SECONDS</c>, as many as the time
/// allows from <c>FUZZ_SEED</c> (default: another one each time). A failure names the seed, the round and the input; with <c>FUZZ_SECONDS</c> the
/// input is kept in the corpus, where every later run begins with it.
/// </summary>
public static class Fuzzer
{
    private static readonly byte[] s_interesting = "\r\n\0 :;,=0f\x7f\x80\xff"u8.ToArray();

    /// <summary>Calls <paramref name="test"/> with inputs and a random source of its own for each, until done.</summary>
    /// <param name="target">Folder of the corpus.</param>
    /// <param name="rounds">Inputs to try when there is no time to use up.</param>
    /// <param name="test">Throws when an input is mistreated.</param>
    /// <returns>How many inputs were tried.</returns>
    public static int Run(string target, int rounds, Action<byte[], Random> test)
    {
        ArgumentNullException.ThrowIfNull(test);
        IReadOnlyList<byte[]> corpus = Corpus.Load(target);
        double budget = double.TryParse(Environment.GetEnvironmentVariable("FUZZ_SECONDS"), CultureInfo.InvariantCulture, out double seconds) ? seconds : 0;
        int seed = budget <= 0 ? 4711 : int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), CultureInfo.InvariantCulture, out int given) ? given : Environment.TickCount;
        long from = Stopwatch.GetTimestamp();
        int round = 0;
        for (; round < corpus.Count || (budget > 0 ? Stopwatch.GetElapsedTime(from).TotalSeconds < budget : round < rounds); round++)
        {
            var random = new Random(seed ^ (round * 7919));
            byte[] input = round < corpus.Count ? corpus[round] : Mutate(corpus[random.Next(corpus.Count)], corpus, random);
            try
            {
                test(input, random);
            }
            catch (Exception exception)
            {
                string kept = budget > 0 && round >= corpus.Count ? $", kept as {Corpus.Add(target, input)}" : string.Empty;
                throw new InvalidOperationException($"{target}: seed {seed}, round {round}, input {Convert.ToHexString(input)}{kept}: {exception.Message}", exception);
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
