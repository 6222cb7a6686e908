using System.Numerics;

namespace Linkerd.Viz.Web.Login;

/// <summary>The binary digits of pi behind the point: Blowfish's tables are nothing but these.</summary>
internal static class PiDigits
{
    /// <summary>The first <paramref name="count"/> words of 32 bits, by Machin's formula: pi = 16 atan(1/5) - 4 atan(1/239).</summary>
    public static uint[] Words(int count)
    {
        // Guard bits hold the rounding of some ten thousand terms.
        const int Guard = 64;
        var one = BigInteger.One << ((32 * count) + Guard);
        var pi = (16 * InverseTangent(5, one)) - (4 * InverseTangent(239, one));
        var fraction = (pi - (3 * one)) >> Guard;
        var bytes = fraction.ToByteArray(isUnsigned: true, isBigEndian: true);
        var padded = new byte[4 * count];
        bytes.CopyTo(padded, padded.Length - bytes.Length);
        var words = new uint[count];
        for (var i = 0; i < count; i++)
            words[i] = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(padded.AsSpan(4 * i));
        return words;
    }

    private static BigInteger InverseTangent(int inverse, BigInteger one)
    {
        var power = one / inverse;
        var sum = power;
        var square = inverse * inverse;
        for (var n = 3; !power.IsZero; n += 2)
        {
            power /= square;
            sum += n % 4 == 1 ? power / n : -(power / n);
        }

        return sum;
    }
}
