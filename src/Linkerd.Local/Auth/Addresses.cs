using System.Buffers.Binary;
using System.Net;

namespace Linkerd.Local.Auth;

/// <summary>Arithmetic on IPv4 ranges.</summary>
internal static class Addresses
{
    /// <summary>The address at an offset from the start of a range.</summary>
    public static IPAddress At(IPNetwork network, uint offset)
    {
        Span<byte> bytes = stackalloc byte[4];
        network.BaseAddress.TryWriteBytes(bytes, out _);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, BinaryPrimitives.ReadUInt32BigEndian(bytes) + offset);
        return new IPAddress(bytes);
    }
}
