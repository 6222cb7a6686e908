using System.Collections.Concurrent;
using Linkerd.Kubernetes.Models;

namespace Linkerd.Kubernetes;

/// <summary>
/// A local copy of a resource that follows the server: lists once, then watches from that version, resumes where a watch
/// ended, and lists again when the server has forgotten the version. Reads are lock-free and from any thread.
/// </summary>
public sealed class Informer<T> : IInformer
    where T : class
{
    private readonly ResourceClient<T> _client;
    private readonly InformerOptions _options;
    private readonly Func<T, T> _keep;
    private readonly ConcurrentDictionary<ObjectKey, T> _cache = new();
    private readonly List<IInformerHandler<T>> _handlers = [];
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private Task? _loop;
    private string? _version;
    private bool _heard;

    /// <summary>Follows what <paramref name="client"/> reaches.</summary>
    /// <param name="client">Resource and namespace.</param>
    /// <param name="options">Selection and recovery.</param>
    /// <param name="keep">
    /// What the cache keeps of an object, when less than all is enough: handlers are given the whole new object, the old one
    /// as it was kept. Must keep namespace, name and resourceVersion.
    /// </param>
    public Informer(ResourceClient<T> client, InformerOptions? options = null, Func<T, T>? keep = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _options = options ?? new();
        _keep = keep ?? (static value => value);
    }

    /// <inheritdoc/>
    public string Name => _client.Type.ToString();

    /// <inheritdoc/>
    public bool HasSynced => _synced.Task.IsCompletedSuccessfully;

    /// <summary>All objects, in no order; a snapshot of the moment.</summary>
    public ICollection<T> Items => _cache.Values;

    /// <summary>Number of objects.</summary>
    public int Count => _cache.Count;

    /// <summary>The object of that name, or null. The namespace is empty for cluster-scoped objects.</summary>
    public T? Get(string ns, string name) => _cache.GetValueOrDefault(new ObjectKey(ns, name));

    /// <summary>Adds a handler; only before <see cref="Start"/>.</summary>
    public void AddHandler(IInformerHandler<T> handler)
    {
        lock (_lock)
        {
            if (_loop is not null)
                throw new InvalidOperationException("add handlers before the informer starts");
            _handlers.Add(handler);
        }
    }

    /// <inheritdoc/>
    public void Start()
    {
        lock (_lock)
            _loop ??= Task.Run(() => RunAsync(_stop.Token));
    }

    /// <inheritdoc/>
    public Task WaitForSyncAsync(CancellationToken cancel = default) => _synced.Task.WaitAsync(cancel);

    /// <summary>Stops following; the cache keeps its last state.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_loop is { } loop)
            await loop;
        _synced.TrySetCanceled();
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        var backoff = new Backoff(_options.MinBackoff, _options.MaxBackoff);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                if (_version is null)
                    await ListAsync(cancel);
                await WatchAsync(cancel);
                if (_heard)
                    backoff.Reset();
                else
                    await _options.Time.Delay(backoff.Next(), cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (KubernetesException e) when (e.IsNotFound && _options.AbsentIsEmpty)
            {
                _version = null;
                Forget([]);
                _synced.TrySetResult();
                if (!await PauseAsync(backoff.Next(), cancel))
                    return;
            }
            catch (Exception e)
            {
                // The loop must outlive anything that a server can answer.
                if (!Resumes(e))
                    _version = null;
                else if (_heard)
                    backoff.Reset();
                _heard = false;
                _options.OnError?.Invoke(e);
                if (!await PauseAsync(Longer(backoff.Next(), (e as KubernetesException)?.RetryAfter), cancel))
                    return;
            }
        }
    }

    /// <summary>
    /// Whether the next watch may go on where this one ended. A connection that broke loses nothing; an event that could not be
    /// read would come again and again.
    /// </summary>
    private static bool Resumes(Exception e) => e is IOException or HttpRequestException or KubernetesException { IsTransient: true, Reason: not KubernetesException.Malformed };

    private async Task<bool> PauseAsync(TimeSpan pause, CancellationToken cancel)
    {
        try
        {
            await _options.Time.Delay(pause, cancel);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static TimeSpan Longer(TimeSpan pause, TimeSpan? asked) => asked is { } wanted && wanted > pause ? wanted : pause;

    private async Task ListAsync(CancellationToken cancel)
    {
        var options = new ListOptions { LabelSelector = _options.LabelSelector, FieldSelector = _options.FieldSelector, Limit = _options.PageSize };
        var seen = new HashSet<ObjectKey>();
        while (true)
        {
            var page = await _client.ListAsync(options, cancel);
            foreach (var item in page.Items)
            {
                seen.Add(KeyOf(item));
                Store(item);
            }

            if (string.IsNullOrEmpty(page.Metadata.Continue))
            {
                Forget(seen);
                _version = page.Metadata.ResourceVersion;
                _synced.TrySetResult();
                return;
            }

            options = options with { Continue = page.Metadata.Continue };
        }
    }

    /// <summary>Follows one watch to its end, and notes whether it said anything, which shows that the server is well.</summary>
    private async Task WatchAsync(CancellationToken cancel)
    {
        var options = new ListOptions
        {
            LabelSelector = _options.LabelSelector,
            FieldSelector = _options.FieldSelector,
            ResourceVersion = _version,
            // Spread over 5 to 10 minutes, so that many informers do not come back at the same moment.
            TimeoutSeconds = Random.Shared.Next(300, 600),
        };
        _heard = false;
        await foreach (var (type, value) in _client.WatchAsync(options, cancel))
        {
            _heard = true;
            if (type == WatchEventType.Deleted)
                Remove(KeyOf(value), value);
            else if (type != WatchEventType.Bookmark)
                Store(value);
            if (type == WatchEventType.Modified && MetadataOf(value).LastChanged is { } changed)
                _options.OnChangeSeen?.Invoke(_client.Type.Gvr, _options.Time.GetUtcNow() - changed);
            _version = MetadataOf(value).ResourceVersion ?? _version;
        }
    }

    private void Store(T value)
    {
        var key = KeyOf(value);
        if (!_cache.TryGetValue(key, out var old))
        {
            if (_cache.Count >= _options.MaxObjects)
                throw new InvalidOperationException($"{Name}: more than {_options.MaxObjects} objects; narrow the selector or raise the limit");
            _cache[key] = _keep(value);
            Tell(key, null, value);
            return;
        }

        if (MetadataOf(old).ResourceVersion is { } version && version == MetadataOf(value).ResourceVersion)
            return;
        _cache[key] = _keep(value);
        Tell(key, old, value);
    }

    private void Remove(ObjectKey key, T last)
    {
        if (_cache.TryRemove(key, out _))
            Tell(key, last, null);
    }

    /// <summary>Tells the handlers. What one throws is about one object: it is reported, and the others go on.</summary>
    private void Tell(ObjectKey key, T? old, T? value)
    {
        foreach (var handler in _handlers)
        {
            try
            {
                if (value is null)
                    handler.OnDeleted(old!);
                else if (old is null)
                    handler.OnAdded(value);
                else
                    handler.OnUpdated(old, value);
            }
            catch (Exception e)
            {
                _options.OnError?.Invoke(new InvalidOperationException($"{Name} {key} cannot be used: {e.Message}", e));
            }
        }
    }

    /// <summary>Removes what a new list no longer has: deletions that happened while no watch was running.</summary>
    private void Forget(HashSet<ObjectKey> seen)
    {
        foreach (var (key, value) in _cache)
        {
            if (!seen.Contains(key))
                Remove(key, value);
        }
    }

    private ObjectMeta MetadataOf(T value) => _client.Type.MetadataOf(value);

    private ObjectKey KeyOf(T value)
    {
        var metadata = MetadataOf(value);
        return new ObjectKey(metadata.Namespace ?? "", metadata.Name ?? "");
    }
}
