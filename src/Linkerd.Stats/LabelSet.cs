using System.Collections;

namespace Linkerd.Stats;

/// <summary>
/// The labels of one series or of one result row: names and values, sorted by name, unique by name. Immutable;
/// equal when every pair is equal, so it keys dictionaries.
/// </summary>
public sealed class LabelSet : IEquatable<LabelSet>, IReadOnlyCollection<KeyValuePair<string, string>>
{
    private readonly KeyValuePair<string, string>[] _pairs;
    // Computed when first asked for: most sets of an evaluation are never keys. 0 is not computed yet.
    private int _hash;

    private LabelSet(KeyValuePair<string, string>[] sorted) => _pairs = sorted;

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

    /// <summary>The set of names that are sorted and unique, each with its value; empty ones are dropped.</summary>
    internal static LabelSet OfSorted(ReadOnlySpan<string> names, ReadOnlySpan<string> values)
    {
        var count = 0;
        foreach (var value in values)
            count += value.Length == 0 ? 0 : 1;
        if (count == 0)
            return Empty;
        var pairs = new KeyValuePair<string, string>[count];
        for (int i = 0, at = 0; i < names.Length; i++)
        {
            if (values[i].Length != 0)
                pairs[at++] = new(names[i], values[i]);
        }

        return new LabelSet(pairs);
    }

    /// <summary>The values of labels, in their order; empty where there is none. Both are sorted by name, so this is one pass.</summary>
    internal void Project(ReadOnlySpan<string> sortedNames, Span<string> values)
    {
        var at = 0;
        for (var i = 0; i < sortedNames.Length; i++)
        {
            var order = 1;
            while (at < _pairs.Length && (order = string.CompareOrdinal(_pairs[at].Key, sortedNames[i])) < 0)
                at++;
            values[i] = at < _pairs.Length && order == 0 ? _pairs[at].Value : "";
        }
    }

    /// <summary>This set with <paramref name="added"/>, whose values win.</summary>
    public LabelSet With(IEnumerable<KeyValuePair<string, string>> added) => Of(_pairs.Concat(added));

    // What is left of a sorted set is sorted.
    private LabelSet Filtered(Predicate<KeyValuePair<string, string>> keep) =>
        Array.FindAll(_pairs, keep) is { Length: > 0 } left ? new LabelSet(left) : Empty;

    /// <inheritdoc/>
    public bool Equals(LabelSet? other) => other is not null && other.GetHashCode() == GetHashCode() && _pairs.AsSpan().SequenceEqual(other._pairs);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash != 0)
            return _hash;
        var hash = new HashCode();
        foreach (var pair in _pairs)
        {
            hash.Add(pair.Key);
            hash.Add(pair.Value);
        }

        return _hash = hash.ToHashCode() is not 0 and var made ? made : 1;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)_pairs).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _pairs.GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => "{" + string.Join(',', _pairs.Select(p => $"{p.Key}=\"{p.Value}\"")) + "}";
}
