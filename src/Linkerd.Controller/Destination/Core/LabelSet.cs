using System.Collections;

namespace Linkerd.Controller.Destination.Core;

/// <summary>An immutable set of labels that compares by content.</summary>
public sealed class LabelSet : IReadOnlyCollection<KeyValuePair<string, string>>, IEquatable<LabelSet>
{
    private readonly KeyValuePair<string, string>[] _labels;

    /// <summary>Empty values are left out.</summary>
    public LabelSet(IEnumerable<KeyValuePair<string, string>> labels) =>
        _labels = [.. labels.Where(static l => l.Value.Length > 0).OrderBy(static l => l.Key, StringComparer.Ordinal)];

    public static LabelSet Empty { get; } = new([]);

    public int Count => _labels.Length;

    /// <summary>The value of a label, or null.</summary>
    public string? this[string key] => Array.Find(_labels, l => l.Key == key).Value;

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)_labels).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(LabelSet? other) => other is not null && _labels.AsSpan().SequenceEqual(other._labels);

    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var (key, value) in _labels)
        {
            hash.Add(key);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }
}
