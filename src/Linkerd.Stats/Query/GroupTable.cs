using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Linkerd.Stats.Query;

/// <summary>
/// The groups of an aggregation. Tens of thousands of series join a few thousand groups at each question, so that finding a series' group
/// costs one pass over its labels, no allocation, and a hash of the values' ends: names of pods and workloads differ there.
/// </summary>
internal sealed class GroupTable<T>
{
    private readonly string[] _names;
    private readonly string[] _scratch;
    private readonly Dictionary<string[], T> _groups = new(ValuesComparer.Instance);
    private readonly Dictionary<string[], T>.AlternateLookup<ReadOnlySpan<string>> _lookup;

    /// <summary>No groups yet, of rows that differ in the labels of <paramref name="by"/>.</summary>
    public GroupTable(IEnumerable<string> by)
    {
        // Labels are sorted by name; so are these.
        _names = [.. by.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        _scratch = new string[_names.Length];
        _lookup = _groups.GetAlternateLookup<ReadOnlySpan<string>>();
    }

    /// <summary>How many groups there are.</summary>
    public int Count => _groups.Count;

    /// <summary>The group of a series; its default value when it is new.</summary>
    public ref T? Of(LabelSet labels, out bool exists)
    {
        labels.Project(_names, _scratch);
        return ref CollectionsMarshal.GetValueRefOrAddDefault(_lookup, new ReadOnlySpan<string>(_scratch), out exists);
    }

    /// <summary>All groups with their labels.</summary>
    public IEnumerable<(LabelSet Labels, T Value)> All() => _groups.Select(g => (LabelSet.OfSorted(_names, g.Key), g.Value));

    private sealed class ValuesComparer : IEqualityComparer<string[]>, IAlternateEqualityComparer<ReadOnlySpan<string>, string[]>
    {
        public static ValuesComparer Instance { get; } = new();

        public bool Equals(string[]? x, string[]? y) => x is not null && y is not null && Equals(x.AsSpan(), y);

        public int GetHashCode([DisallowNull] string[] values) => GetHashCode(values.AsSpan());

        public string[] Create(ReadOnlySpan<string> alternate) => alternate.ToArray();

        public bool Equals(ReadOnlySpan<string> alternate, string[] other)
        {
            for (var i = 0; i < alternate.Length; i++)
            {
                // Values are pooled: equal ones are nearly always the same.
                if (!ReferenceEquals(alternate[i], other[i]) && alternate[i] != other[i])
                    return false;
            }

            return true;
        }

        public int GetHashCode(ReadOnlySpan<string> values)
        {
            var hash = 17u;
            foreach (var value in values)
            {
                var last = value.Length - 1;
                var ends = last < 0 ? 0u : value[last] | ((uint)value[last / 2] << 8) | ((uint)value[Math.Max(0, last - 1)] << 16) | ((uint)value[Math.Max(0, last - 2)] << 24);
                hash = (System.Numerics.BitOperations.RotateLeft(hash, 5) ^ (uint)value.Length ^ ends) * 0x9E3779B1u;
            }

            return (int)(hash ^ (hash >> 15));
        }
    }
}
