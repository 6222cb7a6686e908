using System.Text;
using Linkerd.Net.Interop;

namespace Linkerd.Net;

/// <summary>DNS and URI names of a certificate's subjectAltName extension (RFC 5280 section 4.2.1.6).</summary>
internal static unsafe class SubjectAltNames
{
    private const byte Sequence = 0x30, DnsName = 0x82, Uri = 0x86;

    /// <summary>The first DNS or URI name, in the certificate's order; null when there is none.</summary>
    public static string? First(nint certificate)
    {
        ReadOnlySpan<byte> names = Names(certificate);
        while (TryNext(ref names, out byte tag, out ReadOnlySpan<byte> value))
        {
            if (tag is DnsName or Uri) return Encoding.ASCII.GetString(value);
        }

        return null;
    }

    /// <summary>A DNS name equals <paramref name="identity"/> (case ignored, no wildcards), or a URI equals it exactly.</summary>
    public static bool Contains(nint certificate, ReadOnlySpan<char> identity)
    {
        ReadOnlySpan<byte> names = Names(certificate);
        while (TryNext(ref names, out byte tag, out ReadOnlySpan<byte> value))
        {
            if (tag == DnsName && Ascii.EqualsIgnoreCase(value, identity)) return true;
            if (tag == Uri && Ascii.Equals(value, identity)) return true;
        }

        return false;
    }

    private static ReadOnlySpan<byte> Names(nint certificate)
    {
        int index = Crypto.ExtensionIndex(certificate, Crypto.NidSubjectAltName, -1);
        if (index < 0) return default;
        nint data = Crypto.ExtensionData(Crypto.Extension(certificate, index));
        ReadOnlySpan<byte> der = new(Crypto.StringData(data), Crypto.StringLength(data));
        if (!TryNext(ref der, out byte tag, out ReadOnlySpan<byte> names) || tag != Sequence) return default;
        return names;
    }

    private static bool TryNext(scoped ref ReadOnlySpan<byte> der, out byte tag, out ReadOnlySpan<byte> value)
    {
        tag = 0;
        value = default;
        if (der.Length < 2) return false;
        tag = der[0];
        int length = der[1];
        int header = 2;
        if (length >= 0x80)
        {
            int octets = length & 0x7F;
            if (octets is 0 or > 3 || der.Length < 2 + octets) return false;
            length = 0;
            for (int i = 0; i < octets; i++) length = (length << 8) | der[2 + i];
            header += octets;
        }

        if (der.Length - header < length) return false;
        value = der.Slice(header, length);
        der = der[(header + length)..];
        return true;
    }
}
