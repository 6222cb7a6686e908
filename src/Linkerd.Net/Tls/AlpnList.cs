using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace Linkerd.Net;

/// <summary>
/// ALPN protocol lists in wire form, in unmanaged memory for OpenSSL's callback. Kept for the life of the process: there are as
/// many as the program has constants, and a connection may outlive the context that named one.
/// </summary>
internal static unsafe class AlpnList
{
    private static readonly ConcurrentDictionary<string, nint> s_lists = new();

    /// <summary>Four bytes of length (host order), then the list.</summary>
    public static nint Get(ReadOnlySpan<string> protocols)
    {
        string key = string.Join('\0', protocols);
        if (s_lists.TryGetValue(key, out nint list)) return list;
        byte[] wire = Encode(protocols);
        byte* memory = (byte*)NativeMemory.Alloc((nuint)(wire.Length + 4));
        *(int*)memory = wire.Length;
        wire.CopyTo(new Span<byte>(memory + 4, wire.Length));
        return s_lists.GetOrAdd(key, (nint)memory);
    }

    public static byte[] Encode(ReadOnlySpan<string> protocols)
    {
        var wire = new List<byte>();
        foreach (string protocol in protocols)
        {
            byte[] name = Encoding.ASCII.GetBytes(protocol);
            if (name.Length is 0 or > 255) throw new TlsException($"ALPN protocol '{protocol}' must have 1 to 255 bytes (RFC 7301 section 3.1)");
            wire.Add((byte)name.Length);
            wire.AddRange(name);
        }

        return wire.ToArray();
    }
}
