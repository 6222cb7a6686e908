using System.Runtime.InteropServices;

namespace Linkerd.Http;

/// <summary>
/// Heads of HTTP/1 that repeat, byte for byte, beside what they were parsed to; shared by the connections of a loop, since what a
/// head means depends on nothing but its bytes. Programs that call each other send few different heads, and to compare and copy
/// one costs a fifth of parsing it. A head is remembered when it is seen for the second time, unless it has credentials.
/// </summary>
internal sealed class Http1HeadMemo
{
    private const int Places = 32;

    /// <summary>A longer head repeats seldom, and comparing it is not free.</summary>
    private const int MaxBytes = 1024;

    private readonly Entry?[] _entries = new Entry?[Places];
    private readonly uint[] _seen = new uint[Places * 4];

    /// <summary>Parses a request's head and takes its framing out of it.</summary>
    public HttpFault ReadRequest(ReadOnlySpan<byte> text, HeaderBlock head, Http1Limits limits, out Http1Framing framing) => Read(text, head, limits, isRequest: true, out framing);

    /// <summary>Parses a response's head and takes its framing out of it.</summary>
    public HttpFault ReadResponse(ReadOnlySpan<byte> text, HeaderBlock head, Http1Limits limits, out Http1Framing framing) => Read(text, head, limits, isRequest: false, out framing);

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(_entries);
        Array.Clear(_seen);
    }

    private HttpFault Read(ReadOnlySpan<byte> text, HeaderBlock head, Http1Limits limits, bool isRequest, out Http1Framing framing)
    {
        uint key = KeyOf(text, isRequest);
        if (_entries[key % Places] is { } known && known.IsOf(key, text, isRequest, limits))
        {
            head.CopyFrom(known.Head);
            framing = known.Framing;
            return default;
        }

        framing = default;
        HttpFault fault = isRequest ? Http1HeadParser.ParseRequest(text, head, limits) : Http1HeadParser.ParseResponse(text, head, limits);
        if (fault.IsNone) fault = framing.Take(head);
        if (fault.IsNone && text.Length <= MaxBytes) Consider(key, text, head, isRequest, in framing);
        return fault;
    }

    private void Consider(uint key, ReadOnlySpan<byte> text, HeaderBlock head, bool isRequest, in Http1Framing framing)
    {
        ref uint seen = ref _seen[key % (uint)_seen.Length];
        if (seen != key)
        {
            seen = key;
            return;
        }

        if (head.Contains(KnownHeader.Authorization) || head.Contains(KnownHeader.ProxyAuthorization) || head.Contains(KnownHeader.Cookie) || head.Contains(KnownHeader.SetCookie)) return;
        Entry entry = _entries[key % Places] ??= new Entry();
        entry.Set(key, text, head, isRequest, in framing);
    }

    // Lengths and what lies at both ends and in the middle: most heads differ there, and those that do not only share a place.
    private static uint KeyOf(ReadOnlySpan<byte> text, bool isRequest)
    {
        ulong key = ((ulong)text.Length << 1) | (isRequest ? 1u : 0u);
        if (text.Length >= 24)
        {
            key = Mix(key ^ MemoryMarshal.Read<ulong>(text[4..]));
            key = Mix(key ^ MemoryMarshal.Read<ulong>(text[12..]));
            key = Mix(key ^ MemoryMarshal.Read<ulong>(text[((text.Length / 2) - 4)..]));
            key = Mix(key ^ MemoryMarshal.Read<ulong>(text[^12..]));
        }

        return (uint)Mix(key) | 1;
    }

    private static ulong Mix(ulong value)
    {
        value *= 0xff51afd7ed558ccdul;
        return value ^ (value >> 32);
    }

    private sealed class Entry
    {
        private byte[] _text = [];
        private int _length;
        private int _lines;
        private uint _key;
        private bool _isRequest;

        public HeaderBlock Head { get; } = new(256, 12);

        public Http1Framing Framing { get; private set; }

        // Limits differ between listeners: a head under all of them is as good for one as for the other.
        public bool IsOf(uint key, ReadOnlySpan<byte> text, bool isRequest, Http1Limits limits) =>
            _key == key && _isRequest == isRequest && _lines <= limits.MaxHeaders && _length <= limits.MaxTargetBytes && text.SequenceEqual(_text.AsSpan(0, _length));

        public void Set(uint key, ReadOnlySpan<byte> text, HeaderBlock head, bool isRequest, in Http1Framing framing)
        {
            if (_text.Length < text.Length) _text = new byte[Math.Min(MaxBytes, text.Length * 2)];
            text.CopyTo(_text);
            _length = text.Length;
            _lines = text.Count((byte)'\n');
            _key = key;
            _isRequest = isRequest;
            Head.CopyFrom(head);
            Framing = framing;
        }
    }
}
