namespace Linkerd.Proxy.Metrics;

/// <summary>The open connections of a worker whose bytes are counted when asked for. Used on its loop only.</summary>
public sealed class ConnectionSweep
{
    private Entry? _first;

    /// <summary>Brings every counter up to date.</summary>
    public void Run()
    {
        for (Entry? entry = _first; entry is not null; entry = entry.Next) entry.Sweep();
    }

    internal void Add(Entry entry)
    {
        entry.Next = _first;
        if (_first is not null) _first.Previous = entry;
        _first = entry;
    }

    internal void Remove(Entry entry)
    {
        if (entry.Previous is { } previous) previous.Next = entry.Next;
        else if (_first == entry) _first = entry.Next;
        if (entry.Next is { } next) next.Previous = entry.Previous;
        entry.Next = entry.Previous = null;
    }

    /// <summary>One connection.</summary>
    public abstract class Entry
    {
        internal Entry? Next { get; set; }

        internal Entry? Previous { get; set; }

        /// <summary>Adds what moved since the last time.</summary>
        public abstract void Sweep();
    }
}
