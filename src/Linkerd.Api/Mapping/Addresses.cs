using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Net = Linkerd.Api.Net;

namespace Linkerd.Api.Mapping;

/// <summary>Addresses and networks between the wire and .NET's types.</summary>
public static class Addresses
{
    /// <summary>An address off the wire.</summary>
    public static IPAddress ToModel(Net.IPAddress? address)
    {
        Span<byte> octets = stackalloc byte[16];
        switch (address?.IpCase)
        {
            case Net.IPAddress.IpOneofCase.Ipv4:
                BinaryPrimitives.WriteUInt32BigEndian(octets, address.Ipv4);
                return new IPAddress(octets[..4]);
            case Net.IPAddress.IpOneofCase.Ipv6:
                BinaryPrimitives.WriteUInt64BigEndian(octets, address.Ipv6.First);
                BinaryPrimitives.WriteUInt64BigEndian(octets[8..], address.Ipv6.Last);
                return new IPAddress(octets);
            default:
                throw new WireException("ip: neither ipv4 nor ipv6 is set");
        }
    }

    /// <summary>An address onto the wire. IPv4-mapped addresses go as IPv4.</summary>
    public static Net.IPAddress ToWire(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        Span<byte> octets = stackalloc byte[16];
        plain.TryWriteBytes(octets, out _);
        return plain.AddressFamily == AddressFamily.InterNetwork
            ? new Net.IPAddress { Ipv4 = BinaryPrimitives.ReadUInt32BigEndian(octets) }
            : new Net.IPAddress { Ipv6 = new Net.IPv6 { First = BinaryPrimitives.ReadUInt64BigEndian(octets), Last = BinaryPrimitives.ReadUInt64BigEndian(octets[8..]) } };
    }

    /// <summary>An address with its port off the wire.</summary>
    public static IPEndPoint ToModel(Net.TcpAddress? address)
    {
        if (address is null)
            throw new WireException("addr: missing");
        return address.Port is > 0 and <= 65535
            ? new IPEndPoint(ToModel(address.Ip), (int)address.Port)
            : throw new WireException($"port: {address.Port} is not from 1 to 65535");
    }

    /// <summary>An address with its port onto the wire.</summary>
    public static Net.TcpAddress ToWire(IPEndPoint endPoint) => new() { Ip = ToWire(endPoint.Address), Port = (uint)endPoint.Port };

    /// <summary>A network off the wire. Bits behind the prefix are cleared.</summary>
    public static IPNetwork ToModel(Net.IPNetwork? network)
    {
        var address = ToModel(network?.Ip);
        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out var length);
        octets = octets[..length];
        var prefix = network!.PrefixLen;
        if (prefix > length * 8)
            throw new WireException($"prefix_len: {prefix} is above {length * 8}");
        for (var i = 0; i < length; i++)
        {
            var bits = Math.Clamp((int)prefix - i * 8, 0, 8);
            octets[i] &= (byte)(0xff00 >> bits);
        }

        return new IPNetwork(new IPAddress(octets), (int)prefix);
    }

    /// <summary>A network onto the wire.</summary>
    public static Net.IPNetwork ToWire(IPNetwork network) => new() { Ip = ToWire(network.BaseAddress), PrefixLen = (uint)network.PrefixLength };
}
