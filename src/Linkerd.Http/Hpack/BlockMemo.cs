using System.Runtime.InteropServices;

namespace Linkerd.Http;

/// <summary>
/// Header lists that repeat, beside their coded form, for one direction of one connection. Clients send the same few heads over and
/// over, and servers answer with them; such a head is a row of table indices, and to copy it costs a tenth of going through
/// its fields. Holds only what is made of indices alone, so credentials (never indexed) are not in it, and forgets when the
/// table changes.
/// </summary>
internal sealed class BlockMemo
{
    private const int Places = 8;

    /// <summary>A longer block repeats seldom, and comparing it is not free.</summary>
    private const int MaxBytes = 1024;
    private const int MaxFields = 64;

    private readonly Entry?[] _entries = new Entry?[Places];

    /// <summary>The coded form of a list, as remembered under this version of the table; empty when it is not.</summary>
    public ReadOnlySpan<byte> Coded(HeaderBlock block, int version) =>
        _entries[PlaceOf(block)] is { } entry && entry.Version == version && entry.Block.IsSame(block) ? entry.Coded.AsSpan(0, entry.Length) : default;

    /// <summary>Remembers what a list was coded to.</summary>
    public void Remember(HeaderBlock block, ReadOnlySpan<byte> coded, int version) => Set(PlaceOf(block), block, coded, version, kind: default);

    /// <summary>The list that a coded block stands for, as remembered under this version of the table; null when it is not.</summary>
    public HeaderBlock? Block(ReadOnlySpan<byte> coded, BlockKind kind, int version) =>
        _entries[PlaceOf(coded)] is { } entry && entry.Version == version && entry.Kind == kind && coded.SequenceEqual(entry.Coded.AsSpan(0, entry.Length)) ? entry.Block : null;

    /// <summary>Remembers what a coded block stands for.</summary>
    public void Remember(ReadOnlySpan<byte> coded, HeaderBlock block, BlockKind kind, int version) => Set(PlaceOf(coded), block, coded, version, kind);

    private static int PlaceOf(HeaderBlock block)
    {
        // Path and lengths tell most requests apart, status and lengths most answers.
        ReadOnlySpan<byte> path = block.Path;
        uint key = ((uint)block.UsedBytes * 31) + ((uint)block.Count * 7) + (uint)block.Status;
        if (path.Length >= 8) key ^= MemoryMarshal.Read<uint>(path[^4..]) * 0x9E3779B1u;
        return (int)((key * 0x9E3779B1u) >> 29);
    }

    private static int PlaceOf(ReadOnlySpan<byte> coded)
    {
        uint key = (uint)coded.Length;
        if (coded.Length >= 4) key += MemoryMarshal.Read<uint>(coded) + (MemoryMarshal.Read<uint>(coded[^4..]) * 31);
        return (int)((key * 0x9E3779B1u) >> 29);
    }

    private void Set(int place, HeaderBlock block, ReadOnlySpan<byte> coded, int version, BlockKind kind)
    {
        if (coded.IsEmpty || block.UsedBytes > MaxBytes || block.Count > MaxFields || coded.Length > MaxBytes) return;
        Entry entry = _entries[place] ??= new Entry(new HeaderBlock(block.UsedBytes, block.Count), new byte[Math.Max(32, coded.Length)]);
        entry.Block.CopyFrom(block);
        if (entry.Coded.Length < coded.Length) entry.Coded = new byte[coded.Length];
        coded.CopyTo(entry.Coded);
        entry.Length = coded.Length;
        entry.Version = version;
        entry.Kind = kind;
    }

    private sealed class Entry(HeaderBlock block, byte[] coded)
    {
        public HeaderBlock Block { get; } = block;

        public byte[] Coded { get; set; } = coded;

        public int Length { get; set; }

        public int Version { get; set; }

        public BlockKind Kind { get; set; }
    }
}
