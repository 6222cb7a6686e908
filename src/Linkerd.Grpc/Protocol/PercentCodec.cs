using System.Buffers;
using System.Text;

namespace Linkerd.Grpc.Protocol;

/// <summary>The encoding of <c>grpc-message</c>: UTF-8 in which all but printable ASCII, and '%', are %XX.</summary>
public static class PercentCodec
{
    private const int MaxLength = 8 * 1024;

    /// <summary>Encodes a text; at most 8 KiB of it, cut at a character, so that no header limit is hit.</summary>
    public static string Encode(string text)
    {
        if (text.Length <= MaxLength && !NeedsEncoding(text))
            return text;
        var builder = new StringBuilder(text.Length + 16);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (builder.Length > MaxLength - 12)
                break;
            if (rune.Value is >= 0x20 and <= 0x7e and not '%')
            {
                builder.Append((char)rune.Value);
                continue;
            }

            foreach (var octet in utf8[..rune.EncodeToUtf8(utf8)])
                builder.Append('%').Append(Hex(octet >> 4)).Append(Hex(octet & 15));
        }

        return builder.ToString();
    }

    /// <summary>Decodes; what is malformed stays as it is, for the text is meant for people.</summary>
    public static string Decode(string encoded)
    {
        if (!encoded.Contains('%'))
            return encoded;
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(encoded.Length));
        try
        {
            var length = 0;
            for (var i = 0; i < encoded.Length; i++)
            {
                if (encoded[i] == '%' && i + 2 < encoded.Length && char.IsAsciiHexDigit(encoded[i + 1]) && char.IsAsciiHexDigit(encoded[i + 2]))
                {
                    buffer[length++] = (byte)((FromHex(encoded[i + 1]) << 4) | FromHex(encoded[i + 2]));
                    i += 2;
                }
                else
                {
                    length += Encoding.UTF8.GetBytes(encoded.AsSpan(i, 1), buffer.AsSpan(length));
                }
            }

            return Encoding.UTF8.GetString(buffer, 0, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool NeedsEncoding(string text) => text.AsSpan().ContainsAnyExceptInRange(' ', '~') || text.Contains('%');

    private static char Hex(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);

    private static int FromHex(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
