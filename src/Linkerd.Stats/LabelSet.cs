using System.Collections;

namespace Linkerd.Stats;

/// <summary>
/// The labels of one series or of one result row: names and values, sorted by name, unique by name. Immutable;
/// equal when every pair is equal, so it keys dictionaries.
/// </summary>
public sealed class LabelSet : IEquatable<LabelSet>, IReadOnlyCollection<KeyValuePair<string, string>>
{
    private readonly KeyValuePair<string, string>[] _pairs;
    private readonly int _hash;

    private LabelSet(KeyValuePair<string, string>[] sorted)
    {
        _pairs = sorted;
        var hash = new HashCode();
        foreach (var pair in sorted)
        {
            hash.Add(pair.Key);
            hash.Add(pair.Value);
        }

        _hash = hash.ToHashCode();
    }

    /// <summary>The set without labels.</summary>
    public static LabelSet Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _pairs.Length;

    /// <summary>The value of <paramref name="name"/>, or an empty string when the label is absent: Prometheus holds the two for equal.</summary>
    public string this[string name]
    {
        get
        {
            foreach (var pair in _pairs)
            {
                if (pair.Key == name)
                    return pair.Value;
            }

            return "";
        }
    }

    /// <summary>Builds a set; of a name that occurs twice the last value is kept, and empty values are dropped.</summary>
    public static LabelSet Of(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var unique = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs)
        {
            if (pair.Value.Length == 0)
                unique.Remove(pair.Key);
            else
                unique[pair.Key] = pair.Value;
        }

        return unique.Count == 0 ? Empty : new LabelSet([.. unique]);
    }

    /// <summary>The labels named in <paramref name="names"/> alone: what <c>by (…)</c> leaves.</summary>
    public LabelSet Only(IReadOnlyCollection<string> names) =>
        Filtered(pair => names.Contains(pair.Key));

    /// <summary>All labels except those named in <paramref name="names"/>.</summary>
    public LabelSet Without(IReadOnlyCollection<string> names) =>
        Filtered(pair => !names.Contains(pair.Key));

    /// <summary>This set with <paramref name="added"/>, whose values win.</summary>
    public LabelSet With(IEnumerable<KeyValuePair<string, string>> added) => Of(_pairs.Concat(added));

    // What is left of a sorted set is sorted.
    private LabelSet Filtered(Predicate<KeyValuePair<string, string>> keep) =>
        Array.FindAll(_pairs, keep) is { Length: > 0 } left ? new LabelSet(left) : Empty;

    /// <inheritdoc/>
    public bool Equals(LabelSet? other) => other is not null && other._hash == _hash && _pairs.AsSpan().SequenceEqual(other._pairs);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)_pairs).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _pairs.GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => "{" + string.Join(',', _pairs.Select(p => $"{p.Key}=\"{p.Value}\"")) + "}";
}
