using System.Buffers;
using System.Buffers.Binary;

namespace Linkerd.Stats.Store;

/// <summary>
/// Packs samples of one series. Counters are integers that grow slowly, and most series do not change most of the time: whole-number
/// differences are stored as variable-length integers, runs of absence and of no change as one token, all else as eight bytes.
/// The low two bits of a token say which.
/// </summary>
internal static class SampleCodec
{
    private const int Delta = 0;
    private const int AbsentRun = 1;
    private const int SameRun = 2;
    private const int Raw = 3;
    private const double ExactIntegers = 1L << 50;

    /// <summary>The packed form; null when every sample is NaN.</summary>
    public static byte[]? Pack(ReadOnlySpan<double> samples)
    {
        // A token takes ten bytes at most, or one and eight of raw value.
        var rented = ArrayPool<byte>.Shared.Rent(samples.Length * 10);
        var at = 0;
        var previous = 0.0;
        var seen = false;
        for (var i = 0; i < samples.Length;)
        {
            var value = samples[i];
            var run = Run(samples[i..], double.IsNaN(value), value);
            if (double.IsNaN(value))
            {
                Write(rented, ref at, ((ulong)run << 2) | AbsentRun);
                i += run;
                continue;
            }

            seen = true;
            if (value == previous)
            {
                Write(rented, ref at, ((ulong)run << 2) | SameRun);
                i += run;
                continue;
            }

            WriteChange(rented, ref at, previous, value);
            previous = value;
            i++;
        }

        var packed = seen ? rented.AsSpan(0, at).ToArray() : null;
        ArrayPool<byte>.Shared.Return(rented);
        return packed;
    }

    /// <summary>Fills <paramref name="samples"/>, which must be as long as what was packed; of null all samples are NaN.</summary>
    public static void Unpack(byte[]? packed, Span<double> samples)
    {
        if (packed is null)
        {
            samples.Fill(double.NaN);
            return;
        }

        var (at, previous) = (0, 0.0);
        for (var i = 0; i < samples.Length;)
        {
            var token = Read(packed, ref at);
            switch ((int)(token & 3))
            {
                case AbsentRun:
                    samples.Slice(i, (int)(token >> 2)).Fill(double.NaN);
                    i += (int)(token >> 2);
                    break;
                case SameRun:
                    samples.Slice(i, (int)(token >> 2)).Fill(previous);
                    i += (int)(token >> 2);
                    break;
                case Raw:
                    previous = BinaryPrimitives.ReadDoubleLittleEndian(packed.AsSpan(at));
                    at += 8;
                    samples[i++] = previous;
                    break;
                default:
                    var zigzag = token >> 2;
                    previous += (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
                    samples[i++] = previous;
                    break;
            }
        }
    }

    private static void WriteChange(byte[] buffer, ref int at, double previous, double value)
    {
        if (Math.Abs(value) < ExactIntegers && Math.Abs(previous) < ExactIntegers && Math.Floor(value) == value && Math.Floor(previous) == previous)
        {
            var delta = (long)value - (long)previous;
            Write(buffer, ref at, (((ulong)((delta << 1) ^ (delta >> 63))) << 2) | Delta);
            return;
        }

        Write(buffer, ref at, Raw);
        BinaryPrimitives.WriteDoubleLittleEndian(buffer.AsSpan(at), value);
        at += 8;
    }

    private static int Run(ReadOnlySpan<double> samples, bool absent, double value)
    {
        var n = 1;
        while (n < samples.Length && (absent ? double.IsNaN(samples[n]) : samples[n] == value))
            n++;
        return n;
    }

    private static void Write(byte[] buffer, ref int at, ulong value)
    {
        while (value >= 0x80)
        {
            buffer[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        buffer[at++] = (byte)value;
    }

    private static ulong Read(byte[] buffer, ref int at)
    {
        var (value, shift) = (0UL, 0);
        while (true)
        {
            var b = buffer[at++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
                return value;
            shift += 7;
        }
    }
}
