namespace Linkerd.Proxy.Balance;

/// <summary>
/// The ready members of a balancer. Picks the less loaded of two that are drawn at random: nearly as good as the least loaded of
/// all, at constant cost, and without every balancer choosing the same one.
/// </summary>
/// <typeparam name="T">Members; each is in one list at a time.</typeparam>
public sealed class PickList<T>(ulong seed)
    where T : class, ILoad
{
    private readonly List<T> _members = [];
    private ulong _state = seed | 1;

    public int Count => _members.Count;

    public bool Contains(T member) => _members.Contains(member);

    /// <summary>Adds a member unless it is there.</summary>
    public bool Add(T member)
    {
        if (_members.Contains(member)) return false;
        _members.Add(member);
        return true;
    }

    /// <summary>Removes a member if it is there.</summary>
    public bool Remove(T member)
    {
        int index = _members.IndexOf(member);
        if (index < 0) return false;
        _members[index] = _members[^1];
        _members.RemoveAt(_members.Count - 1);
        return true;
    }

    /// <summary>A member, or null when there is none.</summary>
    public T? Pick(long now)
    {
        int count = _members.Count;
        if (count == 0) return null;
        if (count == 1) return _members[0];
        int first = (int)(Next() % (ulong)count);
        int second = (int)(Next() % (ulong)(count - 1));
        if (second >= first) second++;
        T a = _members[first];
        T b = _members[second];
        return b.Cost(now) < a.Cost(now) ? b : a;
    }

    // xorshift64*: a draw costs a few instructions and needs no shared state.
    private ulong Next()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return (_state * 0x2545F4914F6CDD1D) >> 16;
    }
}
