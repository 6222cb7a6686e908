namespace Linkerd.Http;

/// <summary>Decodes header blocks (RFC 7541). One per connection; its table follows the peer's encoder.</summary>
internal sealed class HpackDecoder(int maxTableSize)
{
    // The peer may use the protocol's default until it has seen our setting.
    private readonly HpackDynamicTable _table = new(4096);
    private byte[] _text = [];
    private BlockMemo? _memo;
    private bool _isAllIndexed;

    public HpackDynamicTable Table => _table;

    /// <summary>What a block stands for, when it was read before and the table is the same; else null, and the block is to be read.</summary>
    public HeaderBlock? Recall(ReadOnlySpan<byte> block, BlockKind kind)
    {
        _isAllIndexed = true;
        return _memo?.Block(block, kind, _table.Version);
    }

    /// <summary>Remembers a block that was read without a fault, if it has indices only.</summary>
    public void Remember(ReadOnlySpan<byte> block, HeaderBlock head, BlockKind kind)
    {
        if (_isAllIndexed) (_memo ??= new BlockMemo()).Remember(block, head, kind, _table.Version);
    }

    /// <summary>
    /// Reads the field at <paramref name="at"/> and moves on. False at the end, and with <paramref name="isFaulty"/> when the
    /// block cannot be decoded, which ends the connection (COMPRESSION_ERROR).
    /// </summary>
    /// <param name="block">The whole header block.</param>
    /// <param name="at">Where to read; begins at 0.</param>
    /// <param name="isFirst">No field was read from this block yet: size updates are lawful.</param>
    /// <param name="field">The field.</param>
    /// <param name="isFaulty">The block cannot be decoded.</param>
    public bool TryRead(ReadOnlySpan<byte> block, scoped ref int at, bool isFirst, ref HpackField field, out bool isFaulty)
    {
        isFaulty = false;
        while (at < block.Length)
        {
            byte b = block[at];
            if (b >= 0x80)
            {
                isFaulty = !HpackInteger.TryRead(block, ref at, 7, out int index) || !Indexed(index, ref field);
                return !isFaulty;
            }

            _isAllIndexed = false;
            if ((b & 0xe0) != 0x20)
            {
                isFaulty = !Literal(block, ref at, b, ref field);
                return !isFaulty;
            }

            if (!isFirst || !HpackInteger.TryRead(block, ref at, 5, out int size) || size > maxTableSize)
            {
                isFaulty = true;
                return false;
            }

            _table.Resize(size);
        }

        return false;
    }

    private bool Indexed(int index, ref HpackField field)
    {
        if (index == 0) return false;
        field.IsSensitive = false;
        if (index <= HpackStaticTable.Count)
        {
            field.Id = HpackStaticTable.IdOf(index);
            field.Name = FieldId.NameOf(field.Id);
            field.Value = HpackStaticTable.ValueOf(index);
            field.IsValid = true;
            return true;
        }

        index -= HpackStaticTable.Count + 1;
        if (index >= _table.Count) return false;
        ref readonly HpackDynamicTable.Entry entry = ref _table[index];
        field.Id = entry.Id;
        field.Name = _table.NameOf(in entry);
        field.Value = _table.ValueOf(in entry);
        field.IsValid = entry.IsValid;
        return true;
    }

    private bool Literal(ReadOnlySpan<byte> block, scoped ref int at, byte first, ref HpackField field)
    {
        bool isIndexed = (first & 0x40) != 0;
        if (!HpackInteger.TryRead(block, ref at, isIndexed ? 6 : 4, out int index)) return false;

        // Both texts may have to be decoded, and an indexed name copied: it would be lost when its entry is evicted.
        int room = (block.Length - at) * 2;
        if (index > HpackStaticTable.Count)
        {
            if (!Indexed(index, ref field)) return false;
            room += field.Name.Length;
        }

        if (_text.Length < room) _text = new byte[Math.Max(256, room)];
        int used = 0;
        bool isValidName = true;
        if (index == 0)
        {
            if (!Text(block, ref at, ref used, out field.Name)) return false;
            field.Id = FieldId.Of(field.Name);
            if (field.Id is FieldId.Other) isValidName = FieldRules.IsLowerToken(field.Name);
        }
        else if (index <= HpackStaticTable.Count)
        {
            field.Id = HpackStaticTable.IdOf(index);
            field.Name = FieldId.NameOf(field.Id);
        }
        else
        {
            field.Name.CopyTo(_text);
            used = field.Name.Length;
            field.Name = _text.AsSpan(0, used);
            if (field.Id is FieldId.Other) isValidName = FieldRules.IsLowerToken(field.Name);
        }

        if (!Text(block, ref at, ref used, out field.Value)) return false;
        field.IsValid = isValidName && FieldRules.IsTrimmedValue(field.Value);
        field.IsSensitive = (first & 0xf0) == 0x10;
        if (isIndexed) _table.Add(field.Id, field.Name, field.Value, field.IsValid);
        return true;
    }

    private bool Text(ReadOnlySpan<byte> block, scoped ref int at, scoped ref int used, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (at >= block.Length) return false;
        bool isCoded = block[at] >= 0x80;
        if (!HpackInteger.TryRead(block, ref at, 7, out int length) || length > block.Length - at) return false;
        text = block.Slice(at, length);
        at += length;
        if (!isCoded) return true;
        if (!Huffman.TryDecode(text, _text.AsSpan(used), out int written)) return false;
        text = _text.AsSpan(used, written);
        used += written;
        return true;
    }
}
