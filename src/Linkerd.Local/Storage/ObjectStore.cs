using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Linkerd.Local.Schema;

namespace Linkerd.Local.Storage;

/// <summary>
/// Every object of the cluster, in memory, with one counter of versions for all resources as in etcd. A write is in the write-ahead log
/// before it can be seen, so that a killed process loses nothing.
/// </summary>
internal sealed class ObjectStore : IDisposable
{
    private const int DefaultHistory = 4096;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ResourceStore> _resources = [];
    private readonly WriteAheadLog? _log;
    private readonly int _historyLimit;
    private long _version;
    private long _loadedVersion;
    private bool _closed;

    /// <summary>Opens the store and, with a folder, recovers what was in it.</summary>
    public ObjectStore(string? folder = null, TimeSpan syncInterval = default, int historyLimit = DefaultHistory)
    {
        _historyLimit = historyLimit;
        // Versions start well above 0 and 1, which have a meaning of their own in lists and watches.
        _version = _loadedVersion = 100;
        if (folder is null) return;
        _log = new WriteAheadLog(folder, syncInterval);
        lock (_lock) RecoverNeedsLock(_log);
    }

    /// <summary>The version of the latest write.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>The version of the latest write that every watcher has been offered.</summary>
    public long SettledVersion()
    {
        lock (_lock) return _version;
    }

    /// <summary>The objects of one resource, by <c>group/plural</c>.</summary>
    public ResourceStore Resource(string name)
    {
        lock (_lock) return ResourceNeedsLock(name);
    }

    /// <summary>A consistent pair of version and objects, for lists.</summary>
    public (long Version, ImmutableSortedDictionary<string, StoredObject> Objects) Snapshot(ResourceStore resource)
    {
        lock (_lock) return (_version, resource.Objects);
    }

    /// <summary>
    /// Replaces <paramref name="expected"/> (null: nothing there) with a new object and answers it, or null when something else is there by now.
    /// The node becomes the store's; its <c>metadata.resourceVersion</c> is set here.
    /// </summary>
    public StoredObject? TryPut(ResourceStore resource, string key, StoredObject? expected, JsonObject node)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (!ReferenceEquals(resource.Objects.GetValueOrDefault(key), expected)) return null;
            var stored = StampNeedsLock(key, node);
            _log?.Append(LogOperation.Put, stored.Version, resource.Name, key, stored.Utf8);
            resource.ApplyNeedsLock(new StoreEvent(expected is null ? StoreEventType.Added : StoreEventType.Modified, stored, expected));
            CompactNeedsLock();
            return stored;
        }
    }

    /// <summary>Removes an object; answers its last state with the deletion's version, or null when something else is there by now.</summary>
    public StoredObject? TryDelete(ResourceStore resource, StoredObject expected)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (!ReferenceEquals(resource.Objects.GetValueOrDefault(expected.Key), expected)) return null;
            var last = StampNeedsLock(expected.Key, (JsonObject)expected.Node.DeepClone());
            _log?.Append(LogOperation.Delete, last.Version, resource.Name, expected.Key, []);
            resource.ApplyNeedsLock(new StoreEvent(StoreEventType.Deleted, last, expected));
            CompactNeedsLock();
            return last;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_closed) return;
            _closed = true;
            foreach (var resource in _resources.Values) resource.CloseNeedsLock();
        }
        _log?.Dispose();
    }

    private ResourceStore ResourceNeedsLock(string name)
    {
        if (!_resources.TryGetValue(name, out var resource))
            _resources.Add(name, resource = new ResourceStore(name, _lock, _historyLimit, _version));
        return resource;
    }

    private StoredObject StampNeedsLock(string key, JsonObject node)
    {
        var version = _version + 1;
        node.Child("metadata")["resourceVersion"] = version.ToString();
        var stored = new StoredObject(key, version, node, node.ToUtf8());
        Volatile.Write(ref _version, version);
        return stored;
    }

    private void CompactNeedsLock()
    {
        if (_log is null || !_log.WantsSnapshot) return;
        _log.StartSnapshot(_version, _resources.Values.Select(r => (r.Name, r.Objects)).ToList());
    }

    private void RecoverNeedsLock(WriteAheadLog log)
    {
        var loaded = new Dictionary<string, ImmutableSortedDictionary<string, StoredObject>.Builder>();
        var snapshot = log.ReadSnapshot((resource, key, version, utf8) =>
        {
            if (!loaded.TryGetValue(resource, out var builder))
                loaded.Add(resource, builder = ImmutableSortedDictionary.CreateBuilder<string, StoredObject>(StringComparer.Ordinal));
            builder[key] = new StoredObject(key, version, Json.ParseObject(utf8), utf8);
        });
        if (snapshot > 0) _version = _loadedVersion = snapshot;
        foreach (var (name, builder) in loaded) ResourceNeedsLock(name).LoadNeedsLock(builder.ToImmutable(), snapshot);
        log.Replay(snapshot, ReplayNeedsLock);
        log.Open(_version);
    }

    private void ReplayNeedsLock(LogOperation operation, long version, string name, string key, byte[] utf8)
    {
        var resource = ResourceNeedsLock(name);
        var previous = resource.Objects.GetValueOrDefault(key);
        _version = Math.Max(_version, version);
        if (operation == LogOperation.Put)
        {
            var stored = new StoredObject(key, version, Json.ParseObject(utf8), utf8);
            resource.ApplyNeedsLock(new StoreEvent(previous is null ? StoreEventType.Added : StoreEventType.Modified, stored, previous));
        }
        else if (previous is not null)
        {
            var node = (JsonObject)previous.Node.DeepClone();
            node.Child("metadata")["resourceVersion"] = version.ToString();
            resource.ApplyNeedsLock(new StoreEvent(StoreEventType.Deleted, new StoredObject(key, version, node, node.ToUtf8()), previous));
        }
    }
}
