using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Linkerd.Http;

/// <summary>
/// The head of a message, or its trailers, of any version: pseudo-fields and fields, in order. All text lies in one pooled
/// array; fields are an index into it, so adding, replacing and removing copy a value at most once and allocate nothing in the
/// steady state. Names are held in lower case. Spans handed out are valid until the block changes.
/// <para>
/// What belongs to one connection (<c>connection</c>, <c>keep-alive</c>, <c>transfer-encoding</c>, …) is never in a block: sessions take
/// it out and put in their own. <c>host</c> is <see cref="Authority"/>.
/// </para>
/// </summary>
public sealed partial class HeaderBlock
{
    private const int MaxRetainedBytes = 16 * 1024;
    private const int MaxRetainedFields = 256;

    private byte[] _bytes;
    private Entry[] _entries;
    private int _used;
    private int _count;

    // One bit per known header that is there.
    private ulong _knownLow;
    private ulong _knownHigh;

    public HeaderBlock()
        : this(512, 24)
    {
    }

    /// <summary>A block that takes no more memory than it is given; it grows when it must.</summary>
    internal HeaderBlock(int bytes, int fields)
    {
        _bytes = bytes == 0 ? [] : new byte[bytes];
        _entries = fields == 0 ? [] : new Entry[fields];
    }

    /// <summary>Fields, pseudo-fields not counted.</summary>
    public int Count => _count;

    /// <summary>Bytes held, those of replaced values included: an upper bound of the size of the names and values.</summary>
    public int UsedBytes => _used;

    /// <summary>The field at <paramref name="index"/>.</summary>
    public HeaderField this[int index]
    {
        get
        {
            if ((uint)index >= (uint)_count) throw new ArgumentOutOfRangeException(nameof(index));
            ref Entry entry = ref _entries[index];
            return new HeaderField(entry.Known, NameOf(in entry), _bytes.AsSpan(entry.ValueOffset, entry.ValueLength), entry.IsSensitive);
        }
    }

    /// <summary>Adds a field; fields of the same name stay.</summary>
    public void Add(KnownHeader header, ReadOnlySpan<byte> value, bool isSensitive = false)
    {
        if (header == KnownHeader.Other) throw new ArgumentOutOfRangeException(nameof(header), header, "a field needs a name");
        Append(header, 0, 0, value, isSensitive);
    }

    /// <summary>Adds a field; fields of the same name stay. The name may have any case.</summary>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool isSensitive = false)
    {
        int offset = _used;
        AppendLower(name);
        KnownHeader known = KnownHeaders.Find(_bytes.AsSpan(offset, name.Length));
        if (known != KnownHeader.Other) _used = offset;
        Append(known, offset, name.Length, value, isSensitive);
    }

    /// <summary>Replaces all fields of the name by one.</summary>
    public void Set(KnownHeader header, ReadOnlySpan<byte> value)
    {
        Remove(header);
        Add(header, value);
    }

    /// <summary>Replaces all fields of the name by one. The name may have any case.</summary>
    public void Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Remove(name);
        Add(name, value);
    }

    /// <summary>There is such a field.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(KnownHeader header) => ((((int)header < 64 ? _knownLow : _knownHigh) >> (int)header) & 1) != 0;

    /// <summary>There is such a field.</summary>
    public bool Contains(ReadOnlySpan<byte> name) => IndexOf(name, 0) >= 0;

    /// <summary>The first value of the name; empty and false when there is none.</summary>
    public bool TryGet(KnownHeader header, out ReadOnlySpan<byte> value)
    {
        int index = Contains(header) ? IndexOf(header, 0) : -1;
        value = index < 0 ? default : _bytes.AsSpan(_entries[index].ValueOffset, _entries[index].ValueLength);
        return index >= 0;
    }

    /// <summary>The first value of the name, in any case; empty and false when there is none.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        int index = IndexOf(name, 0);
        value = index < 0 ? default : _bytes.AsSpan(_entries[index].ValueOffset, _entries[index].ValueLength);
        return index >= 0;
    }

    /// <summary>Removes all fields of the name. True when there was one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Remove(KnownHeader header) => Contains(header) && RemoveAll(header);

    /// <summary>Removes all fields of the name, in any case. True when there was one.</summary>
    public bool Remove(ReadOnlySpan<byte> name)
    {
        int before = _count;
        for (int i = IndexOf(name, 0); i >= 0; i = IndexOf(name, i)) RemoveAt(i);
        return _count != before;
    }

    /// <summary>Removes the field at <paramref name="index"/>; those behind it move up.</summary>
    public void RemoveAt(int index)
    {
        if ((uint)index >= (uint)_count) throw new ArgumentOutOfRangeException(nameof(index));
        KnownHeader known = _entries[index].Known;
        _count--;
        _entries.AsSpan(index + 1, _count - index).CopyTo(_entries.AsSpan(index));
        if (known == KnownHeader.ContentLength) ContentLength = -1;
        if (known != KnownHeader.Other && IndexOf(known, 0) < 0) Forget(known);
    }

    /// <summary>Removes everything.</summary>
    public void Clear()
    {
        _used = 0;
        _count = 0;
        _knownLow = _knownHigh = 0;
        ClearPseudo();
    }

    /// <summary>Becomes a copy of <paramref name="other"/>.</summary>
    public void CopyFrom(HeaderBlock other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Clear();
        Reserve(other._used);
        other._bytes.AsSpan(0, other._used).CopyTo(_bytes);
        _used = other._used;
        if (_entries.Length < other._count) _entries = new Entry[other._count];
        other._entries.AsSpan(0, other._count).CopyTo(_entries);
        _count = other._count;
        _knownLow = other._knownLow;
        _knownHigh = other._knownHigh;
        CopyPseudo(other);
    }

    /// <summary>Holds the same as <paramref name="other"/>, made in the same way: blocks that say the same can still differ in what was removed from them.</summary>
    internal bool IsSame(HeaderBlock other) =>
        _used == other._used && _count == other._count && IsSamePseudo(other)
        && MemoryMarshal.AsBytes(_entries.AsSpan(0, _count)).SequenceEqual(MemoryMarshal.AsBytes(other._entries.AsSpan(0, _count)))
        && _bytes.AsSpan(0, _used).SequenceEqual(other._bytes.AsSpan(0, _used));

    /// <summary>Gives up memory above what a usual head needs. False when the block is not worth keeping.</summary>
    internal bool TrimCapacity() => _bytes.Length <= MaxRetainedBytes && _entries.Length <= MaxRetainedFields;

    /// <summary>Adds a field whose lower-case name is known to be valid and, when not known, unknown to the table.</summary>
    internal void AddDecoded(KnownHeader known, ReadOnlySpan<byte> lowerCaseName, ReadOnlySpan<byte> value, bool isSensitive)
    {
        int offset = 0;
        if (known == KnownHeader.Other)
        {
            offset = Store(lowerCaseName);
        }

        Append(known, offset, lowerCaseName.Length, value, isSensitive);
    }

    internal int Store(ReadOnlySpan<byte> data)
    {
        int offset = _used;
        Reserve(data.Length);
        data.CopyTo(_bytes.AsSpan(offset));
        _used += data.Length;
        return offset;
    }

    internal KnownHeader KnownAt(int index) => _entries[index].Known;

    internal bool IsSensitiveAt(int index) => _entries[index].IsSensitive;

    internal ReadOnlySpan<byte> ValueAt(int index)
    {
        ref Entry entry = ref _entries[index];
        return _bytes.AsSpan(entry.ValueOffset, entry.ValueLength);
    }

    internal ReadOnlySpan<byte> NameAt(int index) => NameOf(in _entries[index]);

    /// <summary>
    /// Adds the field of a line of HTTP/1, given without its CRLF. The name is checked and put into lower case in one pass; the value is
    /// trimmed and checked. Nothing is added when the answer is a fault.
    /// </summary>
    internal HttpFault AddLine(ReadOnlySpan<byte> line)
    {
        Reserve(line.Length);
        int length = FieldRules.LowerTokenInto(line, _bytes.AsSpan(_used));
        if (length == 0 || length == line.Length || line[length] != (byte)':') return HttpFault.Protocol("a field name is not a token");
        ReadOnlySpan<byte> value = FieldRules.Trim(line[(length + 1)..]);
        if (!FieldRules.IsValue(value)) return HttpFault.Protocol("a field value has a control character");
        int offset = _used;
        KnownHeader known = KnownHeaders.Find(_bytes.AsSpan(offset, length));
        if (known == KnownHeader.Other) _used += length;
        Append(known, offset, length, value, isSensitive: false);
        return default;
    }

    private void Append(KnownHeader known, int nameOffset, int nameLength, ReadOnlySpan<byte> value, bool isSensitive)
    {
        int valueOffset = Store(value);
        if (_count == _entries.Length) Array.Resize(ref _entries, Math.Max(8, _count * 2));
        ref Entry entry = ref _entries[_count++];
        entry.NameOffset = known == KnownHeader.Other ? nameOffset : 0;
        entry.NameLength = known == KnownHeader.Other ? nameLength : 0;
        entry.ValueOffset = valueOffset;
        entry.ValueLength = value.Length;
        entry.Known = known;
        entry.IsSensitive = isSensitive;
        entry.Unused = 0;
        if (known == KnownHeader.Other) return;
        if ((int)known < 64) _knownLow |= 1UL << (int)known;
        else _knownHigh |= 1UL << (int)known;
        if (known == KnownHeader.ContentLength) ContentLength = DecimalText.TryParse(value, out long length) ? length : -1;
    }

    private bool RemoveAll(KnownHeader header)
    {
        for (int i = IndexOf(header, 0); i >= 0; i = IndexOf(header, i)) RemoveAt(i);
        return true;
    }

    private void Forget(KnownHeader known)
    {
        if ((int)known < 64) _knownLow &= ~(1UL << (int)known);
        else _knownHigh &= ~(1UL << (int)known);
    }

    private void AppendLower(ReadOnlySpan<byte> name)
    {
        Reserve(name.Length);
        FieldRules.Lower(name, _bytes.AsSpan(_used, name.Length));
        _used += name.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int count)
    {
        if (_bytes.Length - _used < count) Grow(count);
    }

    private void Grow(int count) => Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + count));

    private int IndexOf(KnownHeader header, int start)
    {
        for (int i = start; i < _count; i++)
        {
            if (_entries[i].Known == header) return i;
        }

        return -1;
    }

    private int IndexOf(ReadOnlySpan<byte> name, int start)
    {
        Span<byte> lower = stackalloc byte[64];
        if (name.Length > lower.Length) return IndexOfLong(name, start);
        lower = lower[..name.Length];
        FieldRules.Lower(name, lower);
        KnownHeader known = KnownHeaders.Find(lower);
        if (known != KnownHeader.Other) return Contains(known) ? IndexOf(known, start) : -1;
        for (int i = start; i < _count; i++)
        {
            if (_entries[i].Known == KnownHeader.Other && NameOf(in _entries[i]).SequenceEqual(lower)) return i;
        }

        return -1;
    }

    private int IndexOfLong(ReadOnlySpan<byte> name, int start)
    {
        for (int i = start; i < _count; i++)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(NameOf(in _entries[i]), name)) return i;
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> NameOf(in Entry entry) =>
        entry.Known == KnownHeader.Other ? _bytes.AsSpan(entry.NameOffset, entry.NameLength) : KnownHeaders.NameOf(entry.Known);

    // Without padding, so that entries can be compared as bytes.
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct Entry
    {
        public int NameOffset;
        public int NameLength;
        public int ValueOffset;
        public int ValueLength;
        public KnownHeader Known;
        public bool IsSensitive;
        public short Unused;
    }
}
