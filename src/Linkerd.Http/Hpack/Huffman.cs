using System.Buffers.Binary;

namespace Linkerd.Http;

/// <summary>The Huffman code of RFC 7541 Appendix B. It is canonical, so the lengths alone define it.</summary>
internal static class Huffman
{
    private const int FastBits = 10;
    private const int MaxBits = 30;
    private const int EndOfString = 256;

    private static readonly byte[] Lengths =
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ];

    private static readonly uint[] Codes = new uint[257];

    // Symbols in order of their codes; for each length, the first code (left-justified to 30 bits, exclusive end) and where its symbols begin.
    private static readonly ushort[] Ordered = new ushort[257];
    private static readonly uint[] EndOfLength = new uint[MaxBits + 1];
    private static readonly uint[] FirstOfLength = new uint[MaxBits + 1];
    private static readonly int[] IndexOfLength = new int[MaxBits + 1];

    // Symbol in the low byte, length above; 0 where the code is longer than the table's index.
    private static readonly ushort[] Fast = new ushort[1 << FastBits];

    static Huffman()
    {
        uint code = 0;
        int index = 0;
        for (int length = 1; length <= MaxBits; length++)
        {
            code <<= 1;
            FirstOfLength[length] = code;
            IndexOfLength[length] = index;
            for (int symbol = 0; symbol <= EndOfString; symbol++)
            {
                if (Lengths[symbol] != length) continue;
                Codes[symbol] = code;
                Ordered[index++] = (ushort)symbol;
                if (length <= FastBits) Fast.AsSpan((int)(code << (FastBits - length)), 1 << (FastBits - length)).Fill((ushort)(symbol | (length << 8)));
                code++;
            }

            EndOfLength[length] = code << (MaxBits - length);
        }
    }

    /// <summary>How many bytes <paramref name="text"/> takes when encoded.</summary>
    public static int EncodedLength(ReadOnlySpan<byte> text)
    {
        byte[] lengths = Lengths;
        int bits = 0;
        foreach (byte b in text) bits += lengths[b];
        return (bits + 7) >> 3;
    }

    /// <summary>Encodes into exactly <see cref="EncodedLength"/> bytes.</summary>
    public static void Encode(ReadOnlySpan<byte> text, Span<byte> target)
    {
        ulong bits = 0;
        int count = 0;
        int at = 0;
        foreach (byte b in text)
        {
            int length = Lengths[b];
            bits = (bits << length) | Codes[b];
            count += length;
            if (count < 32) continue;
            count -= 32;
            BinaryPrimitives.WriteUInt32BigEndian(target[at..], (uint)(bits >> count));
            at += 4;
        }

        while (count >= 8)
        {
            count -= 8;
            target[at++] = (byte)(bits >> count);
        }

        // Padded with the first bits of the end-of-string code, which are ones.
        if (count > 0) target[at] = (byte)((bits << (8 - count)) | (0xffu >> count));
    }

    /// <summary>
    /// Decodes into <paramref name="target"/>, which must have room for 8/5 of the input. False when the input holds the
    /// end-of-string code or wrong padding (RFC 7541 §5.2).
    /// </summary>
    public static bool TryDecode(ReadOnlySpan<byte> data, Span<byte> target, out int written)
    {
        ulong bits = 0;
        int count = 0;
        int at = 0;
        written = 0;
        while (true)
        {
            while (count <= 56 - 8 && at < data.Length)
            {
                bits = (bits << 8) | data[at++];
                count += 8;
            }

            if (count == 0) return true;

            // Bits beyond the end are taken as ones: no code but end-of-string is all ones that far.
            uint window = count >= MaxBits
                ? (uint)(bits >> (count - MaxBits)) & ((1u << MaxBits) - 1)
                : ((uint)(bits << (MaxBits - count)) | ((1u << (MaxBits - count)) - 1)) & ((1u << MaxBits) - 1);
            int entry = Fast[window >> (MaxBits - FastBits)];
            int length;
            byte symbol;
            if (entry != 0)
            {
                length = entry >> 8;
                symbol = (byte)entry;
            }
            else
            {
                length = FastBits + 1;
                while (window >= EndOfLength[length] && length < MaxBits) length++;
                int found = Ordered[IndexOfLength[length] + (int)((window >> (MaxBits - length)) - FirstOfLength[length])];
                if (found == EndOfString) return count < 8 && at == data.Length;
                symbol = (byte)found;
            }

            if (length > count) return count < 8 && IsPadding(bits, count);
            count -= length;
            target[written++] = symbol;
        }
    }

    private static bool IsPadding(ulong bits, int count) => (bits & ((1ul << count) - 1)) == (1ul << count) - 1;
}
