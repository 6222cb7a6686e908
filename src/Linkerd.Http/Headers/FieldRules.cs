using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Linkerd.Http;

/// <summary>Which bytes names, values, targets and authorities may have (RFC 9110 §5, RFC 9112 §3.2).</summary>
internal static class FieldRules
{
    private static readonly SearchValues<byte> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);
    private static readonly SearchValues<byte> LowerToken = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"u8);
    private static readonly SearchValues<byte> BadInValue = SearchValues.Create(Range(static b => (b < 0x20 && b != '\t') || b == 0x7f));
    private static readonly SearchValues<byte> BadInTarget = SearchValues.Create(Range(static b => b <= 0x20 || b >= 0x7f || b == (byte)'#'));
    private static readonly SearchValues<byte> BadInAuthority = SearchValues.Create(Range(static b => b <= 0x20 || b >= 0x7f || b is (byte)'/' or (byte)'?' or (byte)'#' or (byte)'@' or (byte)'\\' or (byte)','));

    // The lower-case form of what a token may have; 0 for the rest.
    private static ReadOnlySpan<byte> LowerOf =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 33, 0, 35, 36, 37, 38, 39, 0, 0, 42, 43, 0, 45, 46, 0, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 0, 0, 0, 0, 0, 0,
        0, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 0, 0, 0, 94, 95,
        96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 0, 124, 0, 126, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    public static bool IsToken(ReadOnlySpan<byte> name) => !name.IsEmpty && name.IndexOfAnyExcept(Token) < 0;

    /// <summary>A token without capitals, as HTTP/2 wants names.</summary>
    public static bool IsLowerToken(ReadOnlySpan<byte> name) => !name.IsEmpty && name.IndexOfAnyExcept(LowerToken) < 0;

    /// <summary>No control character but the tab.</summary>
    public static bool IsValue(ReadOnlySpan<byte> value) => IsPlain(value) || value.IndexOfAny(BadInValue) < 0;

    /// <summary>A value without white space at its ends (RFC 9113 §8.2.1).</summary>
    public static bool IsTrimmedValue(ReadOnlySpan<byte> value) =>
        value.IsEmpty || (value[0] is not ((byte)' ' or (byte)'\t') && value[^1] is not ((byte)' ' or (byte)'\t') && IsValue(value));

    /// <summary>Visible, and without a fragment: what policy takes for a part of the path a server may take for none.</summary>
    public static bool IsTarget(ReadOnlySpan<byte> target) => !target.IsEmpty && target.IndexOfAny(BadInTarget) < 0;

    public static bool IsAuthority(ReadOnlySpan<byte> authority) => authority.IndexOfAny(BadInAuthority) < 0;

    /// <summary>Copies the token at the beginning of <paramref name="text"/> in lower case. Returns its length; what follows it in <paramref name="target"/> is undefined.</summary>
    public static int LowerTokenInto(ReadOnlySpan<byte> text, Span<byte> target)
    {
        ReadOnlySpan<byte> table = LowerOf;
        target = target[..text.Length];
        int length = 0;
        for (; length < text.Length; length++)
        {
            byte lower = table[text[length]];
            if (lower == 0) break;
            target[length] = lower;
        }

        return length;
    }

    /// <summary>Copies <paramref name="text"/>, which may be anything, in lower case to a target of its length.</summary>
    public static void Lower(ReadOnlySpan<byte> text, Span<byte> target)
    {
        target = target[..text.Length];
        for (int i = 0; i < text.Length; i++)
        {
            byte b = text[i];
            target[i] = (uint)(b - 'A') <= 'Z' - 'A' ? (byte)(b | 0x20) : b;
        }
    }

    /// <summary>Without white space (space and tab) at its ends.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> value)
    {
        // As nearly every peer writes it: one space in front.
        if (value.Length > 1 && value[0] == (byte)' ' && value[1] > (byte)' ' && value[^1] > (byte)' ') return value[1..];
        int start = 0;
        int end = value.Length;
        while (start < end && value[start] is (byte)' ' or (byte)'\t') start++;
        while (end > start && value[end - 1] is (byte)' ' or (byte)'\t') end--;
        return value[start..end];
    }

    /// <summary>No byte below the space and no delete: enough to be valid, and cheap to see.</summary>
    private static bool IsPlain(ReadOnlySpan<byte> value)
    {
        ref byte first = ref MemoryMarshal.GetReference(value);
        int length = value.Length;
        if (length >= Vector128<byte>.Count)
        {
            int last = length - Vector128<byte>.Count;
            for (int i = 0; i < last; i += Vector128<byte>.Count)
            {
                if (!IsPlain(Vector128.LoadUnsafe(ref first, (nuint)i))) return false;
            }

            return IsPlain(Vector128.LoadUnsafe(ref first, (nuint)last));
        }

        foreach (byte b in value)
        {
            if (b is < 0x20 or 0x7f) return false;
        }

        return true;
    }

    private static bool IsPlain(Vector128<byte> part) =>
        (Vector128.LessThan(part, Vector128.Create((byte)0x20)) | Vector128.Equals(part, Vector128.Create((byte)0x7f))) == Vector128<byte>.Zero;

    private static byte[] Range(Func<byte, bool> wanted) => [.. Enumerable.Range(0, 256).Select(static i => (byte)i).Where(wanted)];
}
