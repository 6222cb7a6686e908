namespace Linkerd.Net;

/// <summary>
/// The connections of a loop that may keep what they would else release after every use, because they use it again at once. At most
/// <see cref="Capacity"/>, so what is kept has a bound that does not depend on the number of connections.
/// </summary>
internal sealed class WarmTable
{
    /// <summary>32 connections: with OpenSSL's two buffers of 17 KiB about 1 MiB.</summary>
    public const int Capacity = 32;

    private readonly IWarm?[] _entries = new IWarm?[Capacity];

    public int Count { get; private set; }

    /// <summary>False when the table is full.</summary>
    public bool TryAdd(IWarm entry)
    {
        if (Count == Capacity) return false;
        _entries[Count++] = entry;
        return true;
    }

    public void Remove(IWarm entry)
    {
        int index = Array.IndexOf(_entries, entry, 0, Count);
        if (index >= 0) RemoveAt(index);
    }

    /// <summary>Lets go of those that were not busy since the last call.</summary>
    public void CoolDown()
    {
        for (int i = Count - 1; i >= 0; i--)
        {
            if (_entries[i]!.TryCool()) RemoveAt(i);
        }
    }

    private void RemoveAt(int index)
    {
        _entries[index] = _entries[--Count];
        _entries[Count] = null;
    }
}
