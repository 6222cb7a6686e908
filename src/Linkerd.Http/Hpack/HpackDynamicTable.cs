namespace Linkerd.Http;

/// <summary>
/// The dynamic table of RFC 7541 §2.3.2: entries in order of age, their text in one array that is compacted when its end is
/// reached. Grows with use, up to about twice its size limit, so a connection that never used it holds nothing.
/// </summary>
internal sealed class HpackDynamicTable(int maxSize)
{
    private const int Overhead = 32;

    private Entry[] _entries = [];
    private byte[] _text = [];
    private int _first;
    private int _textEnd;

    /// <summary>Entries alive. Index 0 is the newest.</summary>
    public int Count { get; private set; }

    /// <summary>Size as RFC 7541 §4.1 counts it.</summary>
    public int Size { get; private set; }

    public int MaxSize { get; private set; } = maxSize;

    /// <summary>Entries ever inserted; the newest has this number, counting from 1.</summary>
    public int Inserted { get; private set; }

    /// <summary>Changes with every change of the table: while it stays, an index means the same field.</summary>
    public int Version { get; private set; }

    public ref readonly Entry this[int index] => ref _entries[(_first + Count - 1 - index) & (_entries.Length - 1)];

    public ReadOnlySpan<byte> NameOf(in Entry entry) => entry.Id is FieldId.Other or FieldId.UnknownPseudo ? _text.AsSpan(entry.Offset, entry.NameLength) : FieldId.NameOf(entry.Id);

    public ReadOnlySpan<byte> ValueOf(in Entry entry) => _text.AsSpan(entry.Offset + entry.StoredName, entry.ValueLength);

    public void Resize(int maxSize)
    {
        MaxSize = maxSize;
        Version++;
        Evict(0);
    }

    /// <summary>Inserts an entry, evicting old ones; one larger than the table empties it (RFC 7541 §4.4). The texts must not lie in the table.</summary>
    public void Add(byte id, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool isValid)
    {
        int size = name.Length + value.Length + Overhead;
        Version++;
        Evict(size);
        if (size > MaxSize) return;
        int stored = id is FieldId.Other or FieldId.UnknownPseudo ? name.Length : 0;
        MakeRoom(stored + value.Length);
        if (Count == _entries.Length) GrowEntries();
        ref Entry entry = ref _entries[(_first + Count) & (_entries.Length - 1)];
        entry = new Entry { Offset = _textEnd, NameLength = name.Length, StoredName = stored, ValueLength = value.Length, Id = id, IsValid = isValid };
        if (stored > 0) name.CopyTo(_text.AsSpan(_textEnd));
        value.CopyTo(_text.AsSpan(_textEnd + stored));
        _textEnd += stored + value.Length;
        Count++;
        Inserted++;
        Size += size;
    }

    private void Evict(int needed)
    {
        while (Count > 0 && Size + needed > MaxSize)
        {
            ref Entry oldest = ref _entries[_first];
            Size -= oldest.NameLength + oldest.ValueLength + Overhead;
            _first = (_first + 1) & (_entries.Length - 1);
            Count--;
        }

        if (Count == 0) _textEnd = 0;
    }

    private void MakeRoom(int needed)
    {
        if (_text.Length - _textEnd >= needed) return;
        int start = Count == 0 ? _textEnd : _entries[_first].Offset;
        int live = _textEnd - start;
        byte[] target = _text;
        if (_text.Length < (live + needed) * 2 && _text.Length < MaxSize * 2) target = new byte[Math.Max(512, (live + needed) * 2)];
        _text.AsSpan(start, live).CopyTo(target);
        _text = target;
        _textEnd = live;
        for (int i = 0; i < Count; i++) _entries[(_first + i) & (_entries.Length - 1)].Offset -= start;
    }

    private void GrowEntries()
    {
        var larger = new Entry[Math.Max(16, _entries.Length * 2)];
        for (int i = 0; i < Count; i++) larger[i] = _entries[(_first + i) & (_entries.Length - 1)];
        _entries = larger;
        _first = 0;
    }

    internal struct Entry
    {
        public int Offset;
        public int NameLength;
        public int StoredName;
        public int ValueLength;
        public byte Id;
        public bool IsValid;
    }
}
