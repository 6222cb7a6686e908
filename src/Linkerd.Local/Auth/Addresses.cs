using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Linkerd.Local.Auth;

/// <summary>Arithmetic on IPv4 ranges, and addresses as text.</summary>
internal static class Addresses
{
    /// <summary>Whether a text is an address in its usual form: the parser also takes <c>10.96.5</c> or <c>0x0a600005</c>, which name the same one.</summary>
    public static bool IsCanonical(string text, AddressFamily family) => IPAddress.TryParse(text, out var address) && address.AddressFamily == family && address.ToString() == text;

    /// <summary>The address at an offset from the start of a range.</summary>
    public static IPAddress At(IPNetwork network, uint offset)
    {
        Span<byte> bytes = stackalloc byte[4];
        network.BaseAddress.TryWriteBytes(bytes, out _);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, BinaryPrimitives.ReadUInt32BigEndian(bytes) + offset);
        return new IPAddress(bytes);
    }
}
