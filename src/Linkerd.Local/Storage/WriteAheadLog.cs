using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Linkerd.Local.Storage;

/// <summary>
/// A folder with one snapshot and the log segments after it. A record is handed to the operating system before the write is answered, so it
/// survives the death of the process; it is forced to the disk within the sync interval, so a power failure loses at most that.
/// Once the log has outgrown the state, a new segment is begun and a snapshot is written beside it.
/// What waits for the disk does so on threads of its own: the thread pool serves requests.
/// </summary>
internal sealed class WriteAheadLog : IDisposable
{
    private const long SmallestCompaction = 8 << 20;
    private readonly string _folder;
    private readonly TimeSpan _syncInterval;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Lock _handleLock = new();
    private SafeFileHandle? _handle;
    private Thread? _syncing;
    private Task _snapshot = Task.CompletedTask;
    private long _length;
    private long _snapshotLength;
    private bool _dirty;

    public WriteAheadLog(string folder, TimeSpan syncInterval)
    {
        _folder = folder;
        _syncInterval = syncInterval;
        Directory.CreateDirectory(folder);
    }

    /// <summary>Whether the log is long enough for a snapshot to pay.</summary>
    public bool WantsSnapshot => _snapshot.IsCompleted && _length > Math.Max(SmallestCompaction, 2 * _snapshotLength);

    /// <summary>Reads the newest complete snapshot; answers its version, or 0.</summary>
    public long ReadSnapshot(Action<string, string, long, byte[]> load)
    {
        foreach (var (path, version) in Enumerable.Reverse(Files("snapshot-")))
        {
            using var stream = File.OpenRead(path);
            var complete = false;
            LogRecord.ReadAll(stream, (operation, _, _, _, _) => complete |= operation == LogOperation.End);
            if (!complete) continue;
            stream.Position = 0;
            LogRecord.ReadAll(stream, (operation, objectVersion, resource, key, utf8) =>
            {
                if (operation == LogOperation.Put) load(resource, key, objectVersion, utf8);
            });
            _snapshotLength = stream.Length;
            return version;
        }
        return 0;
    }

    /// <summary>Replays what was logged after a version, and cuts off what a crash left half written.</summary>
    public void Replay(long after, Action<LogOperation, long, string, string, byte[]> apply)
    {
        foreach (var (path, _) in Files("wal-"))
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
            var sound = LogRecord.ReadAll(stream, (operation, version, resource, key, utf8) =>
            {
                if (version > after) apply(operation, version, resource, key, utf8);
            });
            if (sound < stream.Length) stream.SetLength(sound);
        }
    }

    /// <summary>Begins to log; the segment is named after the version before it.</summary>
    public void Open(long version)
    {
        lock (_handleLock) OpenSegmentNeedsLock(version);
        if (_syncInterval <= TimeSpan.Zero) return;
        _syncing = new Thread(SyncLoop) { IsBackground = true, Name = "log sync" };
        _syncing.Start();
    }

    public void Append(LogOperation operation, long version, string resource, string key, ReadOnlySpan<byte> utf8)
    {
        var record = LogRecord.Write(operation, version, resource, key, utf8);
        lock (_handleLock)
        {
            RandomAccess.Write(_handle!, record, _length);
            _length += record.Length;
            if (_syncInterval > TimeSpan.Zero) _dirty = true;
            else RandomAccess.FlushToDisk(_handle!);
        }
    }

    /// <summary>Begins a new segment and writes the given state in the background; the old files go once it is on the disk.</summary>
    public void StartSnapshot(long version, List<(string Resource, ImmutableSortedDictionary<string, StoredObject> Objects)> state)
    {
        lock (_handleLock)
        {
            RandomAccess.FlushToDisk(_handle!);
            _handle!.Dispose();
            OpenSegmentNeedsLock(version);
        }
        _snapshot = Task.Factory.StartNew(() => WriteSnapshot(version, state), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public void Dispose()
    {
        _stop.Set();
        _syncing?.Join();
        _snapshot.GetAwaiter().GetResult();
        lock (_handleLock)
        {
            if (_handle is { IsInvalid: false, IsClosed: false }) RandomAccess.FlushToDisk(_handle);
            _handle?.Dispose();
        }
        _stop.Dispose();
    }

    private void OpenSegmentNeedsLock(long version)
    {
        _handle = File.OpenHandle(Path.Combine(_folder, $"wal-{version:x16}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        _length = RandomAccess.GetLength(_handle);
    }

    private void WriteSnapshot(long version, List<(string Resource, ImmutableSortedDictionary<string, StoredObject> Objects)> state)
    {
        var path = Path.Combine(_folder, $"snapshot-{version:x16}");
        using (var stream = new FileStream(path + ".tmp", FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
        {
            foreach (var (resource, objects) in state)
                foreach (var stored in objects.Values)
                    stream.Write(LogRecord.Write(LogOperation.Put, stored.Version, resource, stored.Key, stored.Utf8));
            stream.Write(LogRecord.Write(LogOperation.End, version, "", "", []));
            stream.Flush(flushToDisk: true);
            _snapshotLength = stream.Length;
        }
        File.Move(path + ".tmp", path, overwrite: true);
        foreach (var (old, start) in Files("wal-").Concat(Files("snapshot-")))
            if (start < version) File.Delete(old);
    }

    private void SyncLoop()
    {
        while (!_stop.Wait(_syncInterval)) SyncIfDirty();
        SyncIfDirty();
    }

    private void SyncIfDirty()
    {
        SafeFileHandle handle;
        lock (_handleLock)
        {
            if (!_dirty) return;
            _dirty = false;
            handle = _handle!;
        }
        try
        {
            RandomAccess.FlushToDisk(handle);
        }
        catch (ObjectDisposedException)
        {
            // A snapshot began: it has flushed this segment itself.
        }
    }

    private List<(string Path, long Version)> Files(string prefix) =>
        Directory.EnumerateFiles(_folder, prefix + "*")
            .Where(path => !path.EndsWith(".tmp", StringComparison.Ordinal))
            .Select(path => (path, long.Parse(Path.GetFileName(path).AsSpan(prefix.Length), NumberStyles.HexNumber)))
            .OrderBy(file => file.Item2)
            .ToList();
}
