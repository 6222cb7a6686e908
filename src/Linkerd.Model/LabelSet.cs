using System.Collections;

namespace Linkerd.Model;

/// <summary>An immutable set of labels, ordered by name; equal by content, with its hash computed once.</summary>
public sealed class LabelSet : IReadOnlyList<KeyValuePair<string, string>>, IEquatable<LabelSet>
{
    private readonly KeyValuePair<string, string>[] _pairs;
    private readonly int _hash;

    private LabelSet(KeyValuePair<string, string>[] pairs)
    {
        _pairs = pairs;
        var hash = default(HashCode);
        foreach (KeyValuePair<string, string> pair in pairs) hash.Add(HashCode.Combine(pair.Key, pair.Value));
        _hash = hash.ToHashCode();
    }

    public static LabelSet Empty { get; } = new([]);

    public int Count => _pairs.Length;

    public KeyValuePair<string, string> this[int index] => _pairs[index];

    /// <summary>The value of a label, or null.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (KeyValuePair<string, string> pair in _pairs)
            {
                if (pair.Key == name) return pair.Value;
            }

            return null;
        }
    }

    /// <summary>From pairs in any order; of several values for one name the last one stays.</summary>
    public static LabelSet From(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (KeyValuePair<string, string> pair in pairs) sorted[pair.Key] = pair.Value;
        return sorted.Count == 0 ? Empty : new LabelSet([.. sorted]);
    }

    /// <summary>From names and values in turn.</summary>
    public static LabelSet Of(params ReadOnlySpan<(string Name, string Value)> pairs)
    {
        var list = new List<KeyValuePair<string, string>>(pairs.Length);
        foreach ((string name, string value) in pairs) list.Add(new(name, value));
        return From(list);
    }

    /// <summary>This set with those of <paramref name="other"/> added; the other's values win.</summary>
    public LabelSet With(LabelSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Count == 0 ? this : Count == 0 ? other : From(_pairs.Concat(other._pairs));
    }

    public bool Equals(LabelSet? other) => other is not null && _hash == other._hash && _pairs.AsSpan().SequenceEqual(other._pairs);

    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    public override int GetHashCode() => _hash;

    public override string ToString() => string.Join(',', _pairs.Select(p => $"{p.Key}={p.Value}"));

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)_pairs).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _pairs.GetEnumerator();
}
