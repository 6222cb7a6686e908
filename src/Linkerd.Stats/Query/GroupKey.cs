namespace Linkerd.Stats.Query;

/// <summary>The labels of a series that name its group, compared in place: most series join a group that is there already.</summary>
internal readonly struct GroupKey(LabelSet labels, IReadOnlyList<string> names) : IEquatable<GroupKey>
{
    /// <summary>The group's own labels.</summary>
    public LabelSet Materialize() => labels.Only(names);

    public bool Equals(GroupKey other)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (labels[names[i]] != other.Value(i))
                return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => obj is GroupKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        for (var i = 0; i < names.Count; i++)
            hash.Add(labels[names[i]]);
        return hash.ToHashCode();
    }

    private string Value(int index) => labels[names[index]];
}
