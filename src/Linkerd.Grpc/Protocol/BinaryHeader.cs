using System.Diagnostics.CodeAnalysis;

namespace Linkerd.Grpc.Protocol;

/// <summary>Values of keys that end in <c>-bin</c>: base64, which we send without padding and take with or without.</summary>
public static class BinaryHeader
{
    /// <summary>Octets to base64 without padding.</summary>
    public static string Encode(ReadOnlySpan<byte> octets) => Convert.ToBase64String(octets).TrimEnd('=');

    /// <summary>Base64 to octets; false when it is malformed.</summary>
    public static bool TryDecode(string value, [NotNullWhen(true)] out byte[]? octets)
    {
        octets = null;
        var bare = value.AsSpan().Trim().TrimEnd('=');
        if (bare.Length % 4 == 1)
            return false;
        var padded = string.Concat(bare, "===".AsSpan(0, (4 - bare.Length % 4) % 4));
        var buffer = new byte[padded.Length / 4 * 3];
        if (!Convert.TryFromBase64String(padded, buffer, out var length))
            return false;
        octets = buffer.AsSpan(0, length).ToArray();
        return true;
    }
}
