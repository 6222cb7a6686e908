using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using Linkerd.Http;

namespace Linkerd.Proxy.Tracing;

/// <summary>
/// The trace that a request belongs to, as its headers tell: W3C <c>traceparent</c> first, else <c>grpc-trace-bin</c>, else <c>x-b3-*</c>. Reading and
/// writing allocate nothing.
/// </summary>
/// <param name="Form">How it was told, and is told on.</param>
/// <param name="TraceId">128 bits; never 0.</param>
/// <param name="ParentId">The span that the request came from.</param>
/// <param name="Flags">W3C trace flags; bit 0: sampled.</param>
public readonly record struct TraceContext(TraceForm Form, UInt128 TraceId, ulong ParentId, byte Flags)
{
    private const int TraceparentLength = 55;
    private const byte Sampled = 1;

    public bool IsSampled => (Flags & Sampled) != 0;

    /// <summary>Reads the first form whose header is there and makes sense.</summary>
    public static bool TryRead(HeaderBlock head, out TraceContext context)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (head.TryGet(KnownHeader.Traceparent, out ReadOnlySpan<byte> w3c) && TryReadW3C(w3c, out context)) return true;
        if (head.TryGet(KnownHeader.GrpcTraceBin, out ReadOnlySpan<byte> binary) && TryReadBinary(binary, out context)) return true;
        return TryReadB3(head, out context);
    }

    /// <summary>Names <paramref name="span"/> as the parent of whatever receives the request.</summary>
    public void WriteParent(HeaderBlock head, ulong span)
    {
        ArgumentNullException.ThrowIfNull(head);
        switch (Form)
        {
            case TraceForm.W3C:
                WriteW3C(head, span);
                break;
            case TraceForm.GrpcBinary:
                WriteBinary(head, span);
                break;
            default:
                WriteB3(head, span);
                break;
        }
    }

    // https://www.w3.org/TR/trace-context-1/: version-traceid-parentid-flags. Later versions may append, separated by a dash.
    private static bool TryReadW3C(ReadOnlySpan<byte> text, out TraceContext context)
    {
        context = default;
        if (text.Length < TraceparentLength || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
        if (!TryHex(text[..2], out UInt128 version) || version == 0xff) return false;
        if (version == 0 ? text.Length != TraceparentLength : text.Length > TraceparentLength && text[TraceparentLength] != '-') return false;
        if (!TryHex(text[3..35], out UInt128 trace) || trace == 0 || !TryHex(text[36..52], out UInt128 parent) || parent == 0 || !TryHex(text[53..55], out UInt128 flags)) return false;
        context = new TraceContext(TraceForm.W3C, trace, (ulong)parent, (byte)flags);
        return true;
    }

    private static bool TryReadB3(HeaderBlock head, out TraceContext context)
    {
        context = default;
        if (!head.TryGet(KnownHeader.XB3Traceid, out ReadOnlySpan<byte> traceText) || !head.TryGet(KnownHeader.XB3Spanid, out ReadOnlySpan<byte> spanText)) return false;
        if (traceText.Length > 32 || spanText.Length > 16 || !TryHex(traceText, out UInt128 trace) || trace == 0 || !TryHex(spanText, out UInt128 span)) return false;
        bool sampled = head.TryGet(KnownHeader.XB3Sampled, out ReadOnlySpan<byte> value) && (value.SequenceEqual("1"u8) || value.SequenceEqual("true"u8));
        // Debug implies sampled.
        sampled |= head.TryGet(KnownHeader.XB3Flags, out ReadOnlySpan<byte> flags) && flags.SequenceEqual("1"u8);
        context = new TraceContext(TraceForm.B3, trace, (ulong)span, sampled ? Sampled : (byte)0);
        return true;
    }

    // OpenCensus: version 0, then fields of a number and a value: 0 trace id (16), 1 span id (8), 2 options (1). What comes behind an unknown field cannot be read.
    private static bool TryReadBinary(ReadOnlySpan<byte> text, out TraceContext context)
    {
        context = default;
        Span<byte> bytes = stackalloc byte[48];
        if (!TryBase64(text, bytes, out int length) || length < 1 || bytes[0] != 0) return false;
        ReadOnlySpan<byte> rest = bytes[1..length];
        UInt128 trace = 0;
        ulong parent = 0;
        byte flags = 0;
        while (!rest.IsEmpty)
        {
            int size = rest[0] switch { 0 => 16, 1 => 8, 2 => 1, _ => -1 };
            if (size < 0) break;
            if (rest.Length < size + 1) return false;
            ReadOnlySpan<byte> value = rest.Slice(1, size);
            if (size == 16) trace = BinaryPrimitives.ReadUInt128BigEndian(value);
            else if (size == 8) parent = BinaryPrimitives.ReadUInt64BigEndian(value);
            else flags = value[0];
            rest = rest[(size + 1)..];
        }

        context = new TraceContext(TraceForm.GrpcBinary, trace, parent, flags);
        return trace != 0;
    }

    /// <summary>With or without padding, as gRPC says of binary headers.</summary>
    private static bool TryBase64(ReadOnlySpan<byte> text, Span<byte> bytes, out int length)
    {
        length = 0;
        text = text.TrimEnd((byte)'=');
        Span<byte> padded = stackalloc byte[64];
        if (text.Length > padded.Length - 4) return false;
        text.CopyTo(padded);
        int count = text.Length;
        while (count % 4 != 0) padded[count++] = (byte)'=';
        return Base64.DecodeFromUtf8(padded[..count], bytes, out _, out length) == OperationStatus.Done;
    }

    private static bool TryHex(ReadOnlySpan<byte> text, out UInt128 value)
    {
        value = 0;
        if (text.IsEmpty) return false;
        foreach (byte b in text)
        {
            int digit = b switch
            {
                >= (byte)'0' and <= (byte)'9' => b - '0',
                >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
                _ => -1,
            };
            if (digit < 0) return false;
            value = (value << 4) | (uint)digit;
        }

        return true;
    }

    private void WriteW3C(HeaderBlock head, ulong span)
    {
        Span<byte> text = stackalloc byte[TraceparentLength];
        "00-"u8.CopyTo(text);
        TraceId.TryFormat(text[3..], out _, "x32", CultureInfo.InvariantCulture);
        text[35] = text[52] = (byte)'-';
        span.TryFormat(text[36..], out _, "x16", CultureInfo.InvariantCulture);
        Flags.TryFormat(text[53..], out _, "x2", CultureInfo.InvariantCulture);
        head.Set(KnownHeader.Traceparent, text);
    }

    private void WriteBinary(HeaderBlock head, ulong span)
    {
        Span<byte> bytes = stackalloc byte[29];
        bytes[0] = bytes[1] = 0;
        BinaryPrimitives.WriteUInt128BigEndian(bytes[2..], TraceId);
        bytes[18] = 1;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[19..], span);
        bytes[27] = 2;
        bytes[28] = Flags;
        Span<byte> text = stackalloc byte[40];
        Base64.EncodeToUtf8(bytes, text, out _, out int length);
        head.Set(KnownHeader.GrpcTraceBin, text[..length]);
    }

    private void WriteB3(HeaderBlock head, ulong span)
    {
        Span<byte> text = stackalloc byte[16];
        if (head.Contains(KnownHeader.XB3Parentspanid))
        {
            ParentId.TryFormat(text, out _, "x16", CultureInfo.InvariantCulture);
            head.Set(KnownHeader.XB3Parentspanid, text);
        }

        span.TryFormat(text, out _, "x16", CultureInfo.InvariantCulture);
        head.Set(KnownHeader.XB3Spanid, text);
    }
}
