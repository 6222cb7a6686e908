namespace Linkerd.Http;

/// <summary>Decimal numbers as the protocol writes them: digits only, no sign, no white space.</summary>
internal static class DecimalText
{
    public static bool TryParse(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        // 18 digits cannot overflow; no body is longer.
        if (text.IsEmpty || text.Length > 18) return false;
        foreach (byte b in text)
        {
            uint digit = (uint)(b - '0');
            if (digit > 9) return false;
            value = (value * 10) + digit;
        }

        return true;
    }

    public static int Format(long value, Span<byte> target)
    {
        _ = System.Buffers.Text.Utf8Formatter.TryFormat(value, target, out int written);
        return written;
    }
}
