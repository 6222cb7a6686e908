using System.Buffers;
using System.Text;
using Linkerd.Grpc.Protocol;

namespace Linkerd.Grpc;

/// <summary>One key with one value: text, or octets when the key ends in <c>-bin</c>.</summary>
public sealed class MetadataEntry
{
    private static readonly SearchValues<char> s_keyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.");

    private readonly string? _value;
    private readonly byte[]? _bytes;

    /// <summary>A text entry: printable ASCII, and a key without the suffix <c>-bin</c>.</summary>
    public MetadataEntry(string key, string value)
    {
        Key = CheckKey(key);
        if (IsBinary)
            throw new ArgumentException($"metadata key '{key}': a key that ends in -bin takes octets", nameof(value));
        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new ArgumentException($"metadata '{key}': the value must be printable ASCII; use a key that ends in -bin for other octets", nameof(value));
        _value = value;
    }

    /// <summary>An entry of octets; the key must end in <c>-bin</c>.</summary>
    public MetadataEntry(string key, byte[] valueBytes)
    {
        Key = CheckKey(key);
        if (!IsBinary)
            throw new ArgumentException($"metadata key '{key}': octets need a key that ends in -bin", nameof(key));
        _bytes = valueBytes;
    }

    private MetadataEntry(string key, string? value, byte[]? bytes) => (Key, _value, _bytes) = (key, value, bytes);

    /// <summary>The key, in lower case.</summary>
    public string Key { get; }

    /// <summary>Whether the value is octets.</summary>
    public bool IsBinary => Key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal);

    /// <summary>The text. Octets have none.</summary>
    public string Value => _value ?? throw new InvalidOperationException($"metadata '{Key}' holds octets: read {nameof(ValueBytes)}");

    /// <summary>The octets; of text, its ASCII.</summary>
    public byte[] ValueBytes => _bytes ?? Encoding.ASCII.GetBytes(_value!);

    /// <summary>The value as it stands in an HTTP header.</summary>
    public string ToHeaderValue() => _bytes is null ? _value! : BinaryHeader.Encode(_bytes);

    /// <summary>An entry from an HTTP header, taken as it came: peers are not held to our rules for values. Null when it is not base64 but should be.</summary>
    public static MetadataEntry? FromHeader(string name, string value)
    {
        var key = name.ToLowerInvariant();
        if (!key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal))
            return new MetadataEntry(key, value, null);
        return BinaryHeader.TryDecode(value, out var bytes) ? new MetadataEntry(key, null, bytes) : null;
    }

    /// <inheritdoc />
    public override string ToString() => $"{Key}: {ToHeaderValue()}";

    private static string CheckKey(string key)
    {
        var lower = key.ToLowerInvariant();
        if (lower.Length == 0 || lower.AsSpan().ContainsAnyExcept(s_keyCharacters))
            throw new ArgumentException($"metadata key '{key}': use letters, digits, '_', '-' and '.'", nameof(key));
        return lower;
    }
}
