using System.Collections;

namespace Linkerd.Grpc;

/// <summary>Entries that travel as HTTP headers or trailers: an ordered list in which a key may occur more than once.</summary>
public sealed class Metadata : IReadOnlyList<MetadataEntry>
{
    /// <summary>The suffix of keys whose values are octets: they travel as base64.</summary>
    public const string BinaryHeaderSuffix = "-bin";

    private readonly List<MetadataEntry> _entries = [];

    /// <summary>Number of entries.</summary>
    public int Count => _entries.Count;

    /// <inheritdoc />
    public MetadataEntry this[int index] => _entries[index];

    /// <summary>Adds an entry.</summary>
    public void Add(MetadataEntry entry) => _entries.Add(entry);

    /// <summary>Adds a text entry.</summary>
    public void Add(string key, string value) => _entries.Add(new MetadataEntry(key, value));

    /// <summary>Adds an entry of octets; the key must end in <c>-bin</c>.</summary>
    public void Add(string key, byte[] valueBytes) => _entries.Add(new MetadataEntry(key, valueBytes));

    /// <summary>The last entry of a key, or null.</summary>
    public MetadataEntry? Get(string key) => _entries.FindLast(e => string.Equals(e.Key, key, StringComparison.OrdinalIgnoreCase));

    /// <summary>The last text value of a key, or null.</summary>
    public string? GetValue(string key) => Get(key)?.Value;

    /// <summary>The last value of a key of octets, or null.</summary>
    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    /// <summary>Every entry of a key, in order.</summary>
    public IEnumerable<MetadataEntry> GetAll(string key) => _entries.Where(e => string.Equals(e.Key, key, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc />
    public IEnumerator<MetadataEntry> GetEnumerator() => _entries.GetEnumerator();

    /// <inheritdoc />
    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();
}
