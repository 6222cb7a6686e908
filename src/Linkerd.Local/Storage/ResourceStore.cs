using System.Collections.Immutable;

namespace Linkerd.Local.Storage;

/// <summary>
/// The objects of one resource with a bounded history of their changes. Reads take an immutable snapshot without a lock;
/// writes happen under the lock of the <see cref="ObjectStore"/>.
/// </summary>
internal sealed class ResourceStore
{
    private readonly Queue<StoreEvent> _history = [];
    private readonly List<Watcher> _watchers = [];
    private readonly Lock _lock;
    private readonly int _historyLimit;

    internal ResourceStore(string name, Lock storeLock, int historyLimit, long floor)
    {
        Name = name;
        _lock = storeLock;
        _historyLimit = historyLimit;
        Floor = floor;
    }

    /// <summary>Group and plural, such as <c>apps/deployments</c>.</summary>
    public string Name { get; }

    /// <summary>All objects by <c>namespace/name</c>, or by name for those without namespace.</summary>
    public ImmutableSortedDictionary<string, StoredObject> Objects { get; private set; } =
        ImmutableSortedDictionary.Create<string, StoredObject>(StringComparer.Ordinal);

    /// <summary>Changes after this version are remembered; a watch or page from before it is answered 410.</summary>
    public long Floor { get; private set; }

    /// <summary>Starts a watch that begins with the first change after <paramref name="after"/>, or answers null when that is too old.</summary>
    public Watcher? Watch(long after, int capacity)
    {
        lock (_lock)
        {
            if (after < Floor) return null;
            var backlog = _history.Where(e => e.Version > after).ToList();
            var watcher = new Watcher(this, Math.Max(capacity, backlog.Count + 1));
            foreach (var change in backlog) watcher.Offer(change);
            _watchers.Add(watcher);
            return watcher;
        }
    }

    /// <summary>The objects as they were at a version, or null when that is too old: the history is undone from its end.</summary>
    public ImmutableSortedDictionary<string, StoredObject>? At(long version)
    {
        ImmutableSortedDictionary<string, StoredObject> objects;
        List<StoreEvent> later;
        lock (_lock)
        {
            if (version < Floor) return null;
            objects = Objects;
            later = _history.Where(e => e.Version > version).ToList();
        }
        if (later.Count == 0) return objects;
        var builder = objects.ToBuilder();
        for (var i = later.Count - 1; i >= 0; i--)
        {
            if (later[i].Previous is { } previous) builder[previous.Key] = previous;
            else builder.Remove(later[i].Object.Key);
        }
        return builder.ToImmutable();
    }

    internal void ApplyNeedsLock(StoreEvent change)
    {
        Objects = change.Type == StoreEventType.Deleted
            ? Objects.Remove(change.Object.Key)
            : Objects.SetItem(change.Object.Key, change.Object);
        _history.Enqueue(change);
        if (_history.Count > _historyLimit) Floor = _history.Dequeue().Version;
        foreach (var watcher in _watchers) watcher.Offer(change);
    }

    internal void LoadNeedsLock(ImmutableSortedDictionary<string, StoredObject> objects, long version)
    {
        Objects = objects;
        Floor = version;
    }

    internal void CloseNeedsLock()
    {
        foreach (var watcher in _watchers) watcher.Close();
        _watchers.Clear();
    }

    internal void Remove(Watcher watcher)
    {
        lock (_lock) _watchers.Remove(watcher);
        watcher.Close();
    }
}
