using System.Buffers.Binary;

using IPAddress = Linkerd.Api.Net.IPAddress;

namespace Linkerd.Cli.Commands.Diagnostics;

/// <summary>Addresses of the wire as text.</summary>
internal static class Addresses
{
    /// <summary>The IP address of <paramref name="address"/>.</summary>
    public static string Ip(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        switch (address?.IpCase)
        {
            case IPAddress.IpOneofCase.Ipv4:
                BinaryPrimitives.WriteUInt32BigEndian(bytes, address.Ipv4);
                return new System.Net.IPAddress(bytes[..4]).ToString();
            case IPAddress.IpOneofCase.Ipv6:
                BinaryPrimitives.WriteUInt64BigEndian(bytes, address.Ipv6.First);
                BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], address.Ipv6.Last);
                return new System.Net.IPAddress(bytes).ToString();
            default:
                return "";
        }
    }

    /// <summary>An IP address for the wire.</summary>
    public static IPAddress Of(System.Net.IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return bytes.Length == 4
            ? new IPAddress { Ipv4 = BinaryPrimitives.ReadUInt32BigEndian(bytes) }
            : new IPAddress { Ipv6 = new() { First = BinaryPrimitives.ReadUInt64BigEndian(bytes), Last = BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(8)) } };
    }
}
