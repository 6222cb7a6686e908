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
}
