using System.Buffers.Binary;
using System.Net;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>
/// An IPv4 or IPv6 address with a port and, for link-local IPv6, a zone: a value of 24 bytes. Text is strict: <c>192.0.2.1:80</c>
/// or <c>[2001:db8::1]:80</c>; no short, octal or hexadecimal IPv4 forms.
/// </summary>
public readonly struct SocketAddress : IEquatable<SocketAddress>, ISpanFormattable, IUtf8SpanFormattable
{
    /// <summary>Bytes of the largest <c>sockaddr</c> used.</summary>
    internal const int NativeSize = 28;

    private const ulong MappedPrefix = 0xFFFF_0000_0000;

    private readonly ulong _high;
    private readonly ulong _low;
    private readonly uint _zone;
    private readonly ushort _port;
    private readonly ushort _family;

    private SocketAddress(ushort family, ulong high, ulong low, int port, uint zone)
    {
        _family = family;
        _high = high;
        _low = low;
        _port = (ushort)port;
        _zone = zone;
    }

    /// <summary>0.0.0.0 with port 0.</summary>
    public static SocketAddress AnyV4 => V4(0, 0);

    /// <summary>127.0.0.1 with port 0.</summary>
    public static SocketAddress LoopbackV4 => V4(0x7F00_0001, 0);

    /// <summary>The default value, which is no address.</summary>
    public bool IsNone => _family == 0;

    public bool IsV4 => _family == Const.AfInet;

    public bool IsV6 => _family == Const.AfInet6;

    public int Port => _port;

    /// <summary>Interface index of a scoped IPv6 address; 0 when none.</summary>
    public uint Zone => _zone;

    /// <summary>IPv6 of the form ::ffff:a.b.c.d.</summary>
    public bool IsV4Mapped => IsV6 && _high == 0 && _low >> 32 == 0xFFFF;

    /// <summary>127.0.0.0/8, ::1 or their mapped form.</summary>
    public bool IsLoopback => Unmap() is var a && (a.IsV4 ? (a._low >> 24) == 127 : a.IsV6 && a._high == 0 && a._low == 1);

    /// <summary>0.0.0.0 or ::.</summary>
    public bool IsUnspecified => !IsNone && Unmap() is var a && a._high == 0 && a._low == 0;

    /// <summary>The IPv4 address in host order; 0 for IPv6.</summary>
    public uint V4Bits => IsV4 ? (uint)_low : 0;

    /// <summary>The upper half of the IPv6 address; 0 for IPv4.</summary>
    public ulong V6High => IsV6 ? _high : 0;

    /// <summary>The lower half of the IPv6 address; 0 for IPv4.</summary>
    public ulong V6Low => IsV6 ? _low : 0;

    public static bool operator ==(SocketAddress left, SocketAddress right) => left.Equals(right);

    public static bool operator !=(SocketAddress left, SocketAddress right) => !left.Equals(right);

    /// <summary>From an IPv4 address in host order, for example 0x7F000001 for 127.0.0.1.</summary>
    public static SocketAddress V4(uint address, int port) => new(Const.AfInet, 0, address, port, 0);

    /// <summary>From the two halves of an IPv6 address in host order.</summary>
    public static SocketAddress V6(ulong high, ulong low, int port, uint zone = 0) => new(Const.AfInet6, high, low, port, zone);

    /// <summary>From 4 or 16 bytes in network order; default for any other length.</summary>
    public static SocketAddress FromBytes(ReadOnlySpan<byte> address, int port) => address.Length switch
    {
        4 => V4(BinaryPrimitives.ReadUInt32BigEndian(address), port),
        16 => V6(BinaryPrimitives.ReadUInt64BigEndian(address), BinaryPrimitives.ReadUInt64BigEndian(address[8..]), port),
        _ => default,
    };

    /// <summary>From the base library's type.</summary>
    public static SocketAddress From(IPAddress address, int port)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        SocketAddress result = FromBytes(bytes[..length], port);
        return length == 16 && address.ScopeId != 0 ? V6(result._high, result._low, port, (uint)address.ScopeId) : result;
    }

    /// <inheritdoc cref="From(IPAddress, int)"/>
    public static SocketAddress From(IPEndPoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return From(endpoint.Address, endpoint.Port);
    }

    /// <summary>Parses <c>address:port</c>; IPv6 in brackets, with an optional zone (<c>%3</c> or <c>%eth0</c>).</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SocketAddress address) => SocketAddressText.TryParse(text, out address);

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out SocketAddress)"/>
    public static SocketAddress Parse(string text)
        => TryParse(text, out SocketAddress address) ? address : throw new FormatException($"'{text}' is not an address with a port, such as 192.0.2.1:80 or [2001:db8::1]:80");

    /// <summary>Parses an address without port or brackets.</summary>
    public static bool TryParseIp(ReadOnlySpan<char> text, int port, out SocketAddress address) => SocketAddressText.TryParseIp(text, port, out address);

    /// <summary>The same address with another port.</summary>
    public SocketAddress WithPort(int port) => new(_family, _high, _low, port, _zone);

    /// <summary>IPv4 instead of IPv4-mapped IPv6; anything else as it is.</summary>
    public SocketAddress Unmap() => IsV4Mapped ? V4((uint)_low, _port) : this;

    /// <summary>IPv4-mapped IPv6 instead of IPv4; anything else as it is.</summary>
    public SocketAddress MapToV6() => IsV4 ? V6(0, MappedPrefix | _low, _port) : this;

    /// <summary>Equal addresses, whatever the port.</summary>
    public bool SameHost(SocketAddress other) => WithPort(0) == other.WithPort(0);

    /// <summary>Writes the address (4 or 16 bytes, network order) and returns its length.</summary>
    public int WriteAddress(Span<byte> destination)
    {
        if (IsV4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_low);
            return 4;
        }

        if (!IsV6) return 0;
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
        return 16;
    }

    /// <summary>The base library's type.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        int length = WriteAddress(bytes);
        return length switch
        {
            4 => new IPAddress(bytes[..4]),
            16 => new IPAddress(bytes, _zone),
            _ => IPAddress.None,
        };
    }

    public IPEndPoint ToIPEndPoint() => new(ToIPAddress(), _port);

    public bool Equals(SocketAddress other)
        => _low == other._low && _high == other._high && _port == other._port && _family == other._family && _zone == other._zone;

    public override bool Equals(object? obj) => obj is SocketAddress other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_high, _low, _port, _family);

    /// <summary><c>address:port</c>, IPv6 in its canonical form (RFC 5952) and in brackets; empty for the default value.</summary>
    public override string ToString() => string.Create(null, stackalloc char[SocketAddressText.MaxLength], $"{this}");

    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <summary>The address alone, without port or brackets.</summary>
    public string IpString()
    {
        Span<char> text = stackalloc char[SocketAddressText.MaxLength];
        SocketAddressText.TryFormatIp(this, text, out int written);
        return text[..written].ToString();
    }

    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null)
        => SocketAddressText.TryFormat(this, destination, out charsWritten);

    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null)
    {
        Span<char> text = stackalloc char[SocketAddressText.MaxLength];
        bytesWritten = 0;
        if (!SocketAddressText.TryFormat(this, text, out int written) || written > utf8Destination.Length) return false;
        for (int i = 0; i < written; i++) utf8Destination[i] = (byte)text[i];
        bytesWritten = written;
        return true;
    }

    /// <summary>From a <c>sockaddr_in</c> or <c>sockaddr_in6</c>; default for any other family.</summary>
    internal static SocketAddress FromNative(ReadOnlySpan<byte> native)
    {
        if (native.Length < 8) return default;
        ushort family = BinaryPrimitives.ReadUInt16LittleEndian(native);
        int port = BinaryPrimitives.ReadUInt16BigEndian(native[2..]);
        if (family == Const.AfInet) return FromBytes(native.Slice(4, 4), port);
        if (family != Const.AfInet6 || native.Length < NativeSize) return default;
        SocketAddress address = FromBytes(native.Slice(8, 16), port);
        return V6(address._high, address._low, port, BinaryPrimitives.ReadUInt32LittleEndian(native[24..]));
    }

    /// <summary>Writes a <c>sockaddr_in</c> or <c>sockaddr_in6</c> and returns its length.</summary>
    internal int WriteNative(Span<byte> native)
    {
        native[..NativeSize].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(native, _family);
        BinaryPrimitives.WriteUInt16BigEndian(native[2..], _port);
        if (!IsV6)
        {
            WriteAddress(native[4..]);
            return 16;
        }

        WriteAddress(native[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(native[24..], _zone);
        return NativeSize;
    }
}
