using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Linkerd.Net;

namespace Linkerd.Proxy.AccessLog;

/// <summary>Writes a line into a span that is long enough. What a peer sent is escaped, so that it can neither end a line nor leave its quotes.</summary>
internal ref struct LineWriter(Span<byte> line)
{
    private readonly Span<byte> _line = line;

    public int Length { get; private set; }

    public void Raw(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_line[Length..]);
        Length += text.Length;
    }

    public void Number(long value)
    {
        Utf8Formatter.TryFormat(value, _line[Length..], out int written);
        Length += written;
    }

    public void Address(SocketAddress address)
    {
        address.TryFormat(_line[Length..], out int written, default, CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>RFC 3339, UTC.</summary>
    public void Timestamp(DateTime value)
    {
        value.TryFormat(_line[Length..], out int written, "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>A name out of a certificate.</summary>
    public void Escaped(string text)
    {
        foreach (char c in text) Escaped((byte)(c is >= ' ' and <= '~' ? c : '?'), json: true);
    }

    /// <summary>Octets: as JSON (RFC 8259, section 7) or, for Apache's format, with <c>\xhh</c>.</summary>
    public void Escaped(ReadOnlySpan<byte> text, bool json)
    {
        bool isText = json && Utf8.IsValid(text);
        foreach (byte b in text)
        {
            if (b >= 0x80 && isText) _line[Length++] = b;
            else if (b >= 0x80 && json) _line[Length++] = (byte)'?';
            else Escaped(b, json);
        }
    }

    private void Escaped(byte b, bool json)
    {
        if (b is (byte)'"' or (byte)'\\')
        {
            _line[Length++] = (byte)'\\';
            _line[Length++] = b;
        }
        else if (b is >= 0x20 and < 0x7f)
        {
            _line[Length++] = b;
        }
        else
        {
            Raw(json ? "\\u00"u8 : "\\x"u8);
            _line[Length++] = Hex(b >> 4);
            _line[Length++] = Hex(b & 15);
        }
    }

    private static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);
}
