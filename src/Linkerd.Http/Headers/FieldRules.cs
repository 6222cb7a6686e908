using System.Buffers;

namespace Linkerd.Http;

/// <summary>Which bytes names, values, targets and authorities may have (RFC 9110 §5, RFC 9112 §3.2).</summary>
internal static class FieldRules
{
    private static readonly SearchValues<byte> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);
    private static readonly SearchValues<byte> LowerToken = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"u8);
    private static readonly SearchValues<byte> BadInValue = SearchValues.Create(Range(static b => (b < 0x20 && b != '\t') || b == 0x7f));
    private static readonly SearchValues<byte> BadInTarget = SearchValues.Create(Range(static b => b <= 0x20 || b >= 0x7f));
    private static readonly SearchValues<byte> BadInAuthority = SearchValues.Create(Range(static b => b <= 0x20 || b >= 0x7f || b is (byte)'/' or (byte)'?' or (byte)'#' or (byte)'@' or (byte)'\\' or (byte)','));

    public static bool IsToken(ReadOnlySpan<byte> name) => !name.IsEmpty && name.IndexOfAnyExcept(Token) < 0;

    /// <summary>A token without capitals, as HTTP/2 wants names.</summary>
    public static bool IsLowerToken(ReadOnlySpan<byte> name) => !name.IsEmpty && name.IndexOfAnyExcept(LowerToken) < 0;

    /// <summary>No control character but the tab.</summary>
    public static bool IsValue(ReadOnlySpan<byte> value) => value.IndexOfAny(BadInValue) < 0;

    /// <summary>A value without white space at its ends (RFC 9113 §8.2.1).</summary>
    public static bool IsTrimmedValue(ReadOnlySpan<byte> value) =>
        value.IsEmpty || (value[0] is not ((byte)' ' or (byte)'\t') && value[^1] is not ((byte)' ' or (byte)'\t') && IsValue(value));

    public static bool IsTarget(ReadOnlySpan<byte> target) => !target.IsEmpty && target.IndexOfAny(BadInTarget) < 0;

    public static bool IsAuthority(ReadOnlySpan<byte> authority) => authority.IndexOfAny(BadInAuthority) < 0;

    /// <summary>Without white space (space and tab) at its ends.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> value)
    {
        int start = 0;
        int end = value.Length;
        while (start < end && value[start] is (byte)' ' or (byte)'\t') start++;
        while (end > start && value[end - 1] is (byte)' ' or (byte)'\t') end--;
        return value[start..end];
    }

    private static byte[] Range(Func<byte, bool> wanted) => [.. Enumerable.Range(0, 256).Select(static i => (byte)i).Where(wanted)];
}
