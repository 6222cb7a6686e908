using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Linkerd.Api.Net;
using IPNetwork = System.Net.IPNetwork;

namespace Linkerd.Controller.Common.Api;

/// <summary>Addresses and networks to and from their messages.</summary>
internal static class Addresses
{
    public static Linkerd.Api.Net.IPAddress ToMessage(System.Net.IPAddress ip)
    {
        Span<byte> bytes = stackalloc byte[16];
        ip.TryWriteBytes(bytes, out _);
        return ip.AddressFamily == AddressFamily.InterNetwork
            ? new Linkerd.Api.Net.IPAddress { Ipv4 = BinaryPrimitives.ReadUInt32BigEndian(bytes) }
            : new Linkerd.Api.Net.IPAddress
            {
                Ipv6 = new IPv6 { First = BinaryPrimitives.ReadUInt64BigEndian(bytes), Last = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) },
            };
    }

    public static TcpAddress ToMessage(System.Net.IPAddress ip, int port) => new() { Ip = ToMessage(ip), Port = (uint)port };

    public static Linkerd.Api.Net.IPNetwork ToMessage(IPNetwork network) => new() { Ip = ToMessage(network.BaseAddress), PrefixLen = (uint)network.PrefixLength };

    /// <summary>The address in a message; null when it has none.</summary>
    public static System.Net.IPAddress? FromMessage(Linkerd.Api.Net.IPAddress? message)
    {
        Span<byte> bytes = stackalloc byte[16];
        switch (message?.IpCase)
        {
            case Linkerd.Api.Net.IPAddress.IpOneofCase.Ipv4:
                BinaryPrimitives.WriteUInt32BigEndian(bytes, message.Ipv4);
                return new System.Net.IPAddress(bytes[..4]);
            case Linkerd.Api.Net.IPAddress.IpOneofCase.Ipv6:
                BinaryPrimitives.WriteUInt64BigEndian(bytes, message.Ipv6.First);
                BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], message.Ipv6.Last);
                return new System.Net.IPAddress(bytes);
            default:
                return null;
        }
    }

    /// <summary>Parses networks in CIDR form, single addresses allowed.</summary>
    /// <exception cref="UsageException">One is malformed; the message names the flag.</exception>
    public static IReadOnlyList<IPNetwork> Networks(FlagSet flags, string name)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in flags.List(name))
            networks.Add(Network(text) ?? throw FlagSet.Fault(name, text, "networks in CIDR form such as 10.0.0.0/8"));
        return networks;
    }

    internal static IPNetwork? Network(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!System.Net.IPAddress.TryParse(slash < 0 ? text : text[..slash], out var ip))
            return null;
        var bits = ip.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > bits))
            return null;
        else
            length = slash < 0 ? bits : int.Parse(text.AsSpan(slash + 1), CultureInfo.InvariantCulture);
        return new IPNetwork(Mask(ip, length), length);
    }

    /// <summary>Clears the bits that do not count, which IPNetwork refuses otherwise.</summary>
    private static System.Net.IPAddress Mask(System.Net.IPAddress ip, int length)
    {
        var bytes = ip.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(length - i * 8, 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - kept));
        }

        return new System.Net.IPAddress(bytes);
    }
}
