using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Linkerd.Http;

/// <summary>
/// Encodes header blocks (RFC 7541). A field enters the dynamic table the second time that it is seen, so what repeats costs one
/// or two bytes and what never repeats (ids, times) does not push it out. Credentials are never indexed.
/// </summary>
internal sealed class HpackEncoder(int maxTableSize)
{
    private const int Buckets = 256;

    private readonly HpackDynamicTable _table = new(Math.Min(4096, maxTableSize));
    private uint[] _seen = [];
    private Slot[] _byField = [];
    private Slot[] _byName = [];
    private BlockMemo? _memo;
    private int _turn;
    private bool _isAllIndexed;
    private int _smallestSize = -1;
    private bool _announceSize = maxTableSize < 4096;

    public HpackDynamicTable Table => _table;

    /// <summary>The most bytes that <see cref="Encode"/> writes for a block.</summary>
    public static int MaxLength(HeaderBlock block) => block.UsedBytes + (block.Count * 40) + 256;

    /// <summary>The peer's SETTINGS_HEADER_TABLE_SIZE; announced at the start of the next block (RFC 7541 §4.2).</summary>
    public void SetPeerTableSize(uint size)
    {
        int wanted = (int)Math.Min(size, (uint)maxTableSize);
        if (wanted == _table.MaxSize) return;
        _smallestSize = _smallestSize < 0 ? wanted : Math.Min(_smallestSize, wanted);
        _announceSize = true;
        _table.Resize(wanted);
    }

    /// <summary>Encodes pseudo-fields, then fields. Returns the bytes written.</summary>
    public int Encode(HeaderBlock block, Span<byte> target)
    {
        if (!_announceSize && _memo is { } memo && memo.Coded(block, _table.Version) is { IsEmpty: false } known)
        {
            known.CopyTo(target);
            return known.Length;
        }

        int at = WriteSize(target);
        _isAllIndexed = at == 0;
        at += WriteFields(block, target[at..]);
        if (_isAllIndexed && at > 0) (_memo ??= new BlockMemo()).Remember(block, target[..at], _table.Version);
        return at;
    }

    private int WriteFields(HeaderBlock block, Span<byte> target)
    {
        int at = 0;
        if (block.Status != 0) at += WriteStatus(target, block.Status);
        else if (block.MethodKind != RequestMethod.None) at += WriteRequest(target, block);
        for (int i = 0; i < block.Count; i++)
        {
            KnownHeader known = block.KnownAt(i);
            at += WriteField(target[at..], (byte)known, block.NameAt(i), block.ValueAt(i), block.IsSensitiveAt(i) || IsCredential(known));
        }

        return at;
    }

    private static bool IsCredential(KnownHeader header) =>
        header is KnownHeader.Authorization or KnownHeader.ProxyAuthorization or KnownHeader.Cookie or KnownHeader.SetCookie;

    private int WriteRequest(Span<byte> target, HeaderBlock block)
    {
        int at = WriteField(target, FieldId.Method, ":method"u8, block.Method, false);
        if (block.MethodKind != RequestMethod.Connect)
        {
            ReadOnlySpan<byte> scheme = block.Scheme;
            at += WriteField(target[at..], FieldId.Scheme, ":scheme"u8, scheme.IsEmpty ? "http"u8 : scheme, false);
            ReadOnlySpan<byte> path = block.Path;
            at += WriteField(target[at..], FieldId.Path, ":path"u8, path.IsEmpty ? "/"u8 : path, false);
        }

        if (block.HasAuthority) at += WriteField(target[at..], FieldId.Authority, ":authority"u8, block.Authority, false);
        return at;
    }

    private int WriteStatus(Span<byte> target, int status)
    {
        int index = status switch { 200 => 8, 204 => 9, 206 => 10, 304 => 11, 400 => 12, 404 => 13, 500 => 14, _ => 0 };
        if (index != 0)
        {
            target[0] = (byte)(0x80 | index);
            return 1;
        }

        Span<byte> text = stackalloc byte[20];
        return WriteField(target, FieldId.Status, ":status"u8, text[..DecimalText.Format(status, text)], false);
    }

    private int WriteSize(Span<byte> target)
    {
        if (!_announceSize) return 0;
        _announceSize = false;
        int at = 0;
        if (_smallestSize >= 0 && _smallestSize < _table.MaxSize) at = HpackInteger.Write(target, 0x20, 5, _smallestSize);
        _smallestSize = -1;
        return at + HpackInteger.Write(target[at..], 0x20, 5, _table.MaxSize);
    }

    private int WriteField(Span<byte> target, byte id, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool isSensitive)
    {
        if (isSensitive) return WriteLiteral(target, 0x10, 4, NameIndex(id, name), name, value);
        int exact = HpackStaticTable.Find(id, value);
        if (exact != 0)
        {
            target[0] = (byte)(0x80 | exact);
            return 1;
        }

        // Larger than a quarter of the table, it would push out too much.
        if (value.Length > _table.MaxSize / 4) return WriteLiteral(target, 0x00, 4, NameIndex(id, name), name, value);
        uint hash = Hash(value, id == FieldId.Other ? Hash(name, 0) : id);
        if (_seen.Length == 0) AllocateIndex();
        if (Find(_byField, hash, out int index) && Matches(index, id, name, value))
            return HpackInteger.Write(target, 0x80, 7, index + HpackStaticTable.Count + 1);

        int nameIndex = NameIndex(id, name);
        if (!WasSeen(hash)) return WriteLiteral(target, 0x00, 4, nameIndex, name, value);
        int written = WriteLiteral(target, 0x40, 6, nameIndex, name, value);
        _table.Add(id, name, value, isValid: true);
        Remember(_byField, hash);
        if (nameIndex == 0) Remember(_byName, Hash(name, 0));
        return written;
    }

    // Two places for every hash, so that two fields of one head that share a place do not push each other out for ever.
    private bool Find(Slot[] slots, uint hash, out int index)
    {
        Slot slot = slots[hash % Buckets];
        if (slot.Hash != hash) slot = slots[(hash >> 16) % Buckets];
        index = 0;
        return slot.Hash == hash && IsAlive(slot.Number, out index);
    }

    private void Remember(Slot[] slots, uint hash)
    {
        ref Slot slot = ref slots[hash % Buckets];
        if (slot.Hash != hash && IsAlive(slot.Number, out _)) slot = ref slots[(hash >> 16) % Buckets];
        slot = new Slot { Hash = hash, Number = _table.Inserted };
    }

    private bool WasSeen(uint hash)
    {
        ref uint first = ref _seen[hash % Buckets];
        ref uint second = ref _seen[(hash >> 16) % Buckets];
        if (first == hash || second == hash) return true;
        if (first == 0 || (_turn++ & 1) == 0) first = hash;
        else second = hash;
        return false;
    }

    private int NameIndex(byte id, ReadOnlySpan<byte> name)
    {
        int index = HpackStaticTable.NameIndex(id);
        if (index != 0 && id != FieldId.Other) return index;
        if (_byName.Length == 0) return 0;
        uint hash = Hash(name, 0);
        if (!Find(_byName, hash, out index)) return 0;
        return _table.NameOf(in _table[index]).SequenceEqual(name) ? index + HpackStaticTable.Count + 1 : 0;
    }

    private bool IsAlive(int number, out int index)
    {
        index = _table.Inserted - number;
        return number != 0 && index < _table.Count;
    }

    private bool Matches(int index, byte id, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        ref readonly HpackDynamicTable.Entry entry = ref _table[index];
        return entry.Id == id && _table.ValueOf(in entry).SequenceEqual(value) && (id != FieldId.Other || _table.NameOf(in entry).SequenceEqual(name));
    }

    private int WriteLiteral(Span<byte> target, byte flags, int prefix, int nameIndex, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _isAllIndexed = false;
        int at = HpackInteger.Write(target, flags, prefix, nameIndex);
        if (nameIndex == 0) at += WriteText(target[at..], name);
        return at + WriteText(target[at..], value);
    }

    private static int WriteText(Span<byte> target, ReadOnlySpan<byte> text)
    {
        int coded = Huffman.EncodedLength(text);
        if (coded >= text.Length)
        {
            int plain = HpackInteger.Write(target, 0x00, 7, text.Length);
            text.CopyTo(target[plain..]);
            return plain + text.Length;
        }

        int at = HpackInteger.Write(target, 0x80, 7, coded);
        Huffman.Encode(text, target[at..]);
        return at + coded;
    }

    private void AllocateIndex()
    {
        _seen = new uint[Buckets];
        _byField = new Slot[Buckets];
        _byName = new Slot[Buckets];
    }

    // Not for keeping enemies out: a collision costs a literal, never a wrong field.
    private static uint Hash(ReadOnlySpan<byte> text, uint seed)
    {
        ulong hash = (seed + 1) * 0x9E3779B97F4A7C15ul ^ (uint)text.Length;
        while (text.Length >= 8)
        {
            hash = (hash ^ MemoryMarshal.Read<ulong>(text)) * 0xff51afd7ed558ccdul;
            hash ^= hash >> 32;
            text = text[8..];
        }

        ulong tail = 0;
        if (text.Length >= 4)
        {
            tail = BinaryPrimitives.ReadUInt32LittleEndian(text) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(text[^4..]) << 32);
        }
        else
        {
            foreach (byte b in text) tail = (tail << 8) | b;
        }

        hash = (hash ^ tail) * 0xff51afd7ed558ccdul;
        return (uint)(hash >> 32) | 1;
    }

    private struct Slot
    {
        public uint Hash;
        public int Number;
    }
}
