using System.Buffers;
using System.Globalization;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>Text of a <see cref="SocketAddress"/>: strict RFC 4291 in, RFC 5952 out.</summary>
internal static class SocketAddressText
{
    public const int MaxLength = 72;

    private static readonly SearchValues<char> s_v6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    public static bool TryParse(ReadOnlySpan<char> text, out SocketAddress address)
    {
        address = default;
        int colon = text.LastIndexOf(':');
        if (colon < 0 || !TryParseDecimal(text[(colon + 1)..], 65535, out int port)) return false;
        ReadOnlySpan<char> host = text[..colon];
        if (host.Length > 2 && host[0] == '[' && host[^1] == ']') return TryParseV6(host[1..^1], port, out address);
        return TryParseV4(host, port, out address);
    }

    public static bool TryParseIp(ReadOnlySpan<char> text, int port, out SocketAddress address)
        => TryParseV4(text, port, out address) || TryParseV6(text, port, out address);

    public static bool TryFormat(SocketAddress address, Span<char> destination, out int written)
    {
        written = 0;
        if (address.IsNone) return true;
        if (!address.IsV6) return TryFormatIp(address, destination, out written) && AppendPort(address, destination, ref written);
        if (destination.IsEmpty) return false;
        destination[0] = '[';
        if (!TryFormatIp(address, destination[1..], out int ip) || destination.Length < ip + 2) return false;
        destination[ip + 1] = ']';
        written = ip + 2;
        return AppendPort(address, destination, ref written);
    }

    public static bool TryFormatIp(SocketAddress address, Span<char> destination, out int written)
    {
        written = 0;
        if (address.IsNone) return true;
        if (address.IsV4)
        {
            uint bits = address.V4Bits;
            return destination.TryWrite(CultureInfo.InvariantCulture, $"{bits >> 24}.{(bits >> 16) & 255}.{(bits >> 8) & 255}.{bits & 255}", out written);
        }

        if (!address.ToIPAddressWithoutZone().TryFormat(destination, out written)) return false;
        if (address.Zone == 0) return true;
        if (!destination[written..].TryWrite(CultureInfo.InvariantCulture, $"%{address.Zone}", out int zone)) return false;
        written += zone;
        return true;
    }

    private static bool AppendPort(SocketAddress address, Span<char> destination, ref int written)
    {
        if (!destination[written..].TryWrite(CultureInfo.InvariantCulture, $":{address.Port}", out int port)) return false;
        written += port;
        return true;
    }

    private static System.Net.IPAddress ToIPAddressWithoutZone(this SocketAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.WriteAddress(bytes);
        return new System.Net.IPAddress(bytes);
    }

    private static bool TryParseV4(ReadOnlySpan<char> text, int port, out SocketAddress address)
    {
        address = default;
        uint bits = 0;
        for (int part = 0; part < 4; part++)
        {
            int dot = part < 3 ? text.IndexOf('.') : text.Length;
            if (dot < 0 || !TryParseDecimal(text[..dot], 255, out int value)) return false;
            bits = (bits << 8) | (uint)value;
            text = part < 3 ? text[(dot + 1)..] : default;
        }

        address = SocketAddress.V4(bits, port);
        return true;
    }

    private static bool TryParseV6(ReadOnlySpan<char> text, int port, out SocketAddress address)
    {
        address = default;
        uint zone = 0;
        int percent = text.IndexOf('%');
        if (percent >= 0)
        {
            if (!TryParseZone(text[(percent + 1)..], out zone)) return false;
            text = text[..percent];
        }

        // The base parser is strict for this form, apart from brackets, prefix lengths and surrounding space.
        if (text.IndexOf(':') < 0 || text.ContainsAnyExcept(s_v6Characters)) return false;
        if (!System.Net.IPAddress.TryParse(text, out System.Net.IPAddress? parsed)) return false;
        SocketAddress plain = SocketAddress.From(parsed, port);
        if (!plain.IsV6) return false;
        address = SocketAddress.V6(plain.V6High, plain.V6Low, port, zone);
        return true;
    }

    private static bool TryParseZone(ReadOnlySpan<char> text, out uint zone)
    {
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out zone)) return zone != 0;
        if (text.IsEmpty || text.Length > 15) return false;
        zone = Libc.InterfaceIndex(text.ToString());
        return zone != 0;
    }

    /// <summary>Digits without sign, space or leading zero.</summary>
    private static bool TryParseDecimal(ReadOnlySpan<char> text, int max, out int value)
    {
        value = 0;
        if (text.IsEmpty || text.Length > 5 || (text.Length > 1 && text[0] == '0')) return false;
        foreach (char c in text)
        {
            if (!char.IsAsciiDigit(c)) return false;
            value = (value * 10) + (c - '0');
        }

        return value <= max;
    }
}
