namespace Linkerd.Kubernetes;

/// <summary>Shares informers: whoever asks for the same resource, namespace and selectors gets the same cache and watch.</summary>
public sealed class InformerFactory(KubernetesClient client, InformerOptions? defaults = null) : IAsyncDisposable
{
    private readonly Dictionary<(Type, GroupVersionResource, string?, string?, string?), IInformer> _informers = [];
    private readonly Lock _lock = new();

    /// <summary>All informers asked for so far.</summary>
    public IReadOnlyList<IInformer> Informers
    {
        get
        {
            lock (_lock)
                return [.. _informers.Values];
        }
    }

    /// <summary>Whether all informers have synced.</summary>
    public bool HasSynced => Informers.All(static i => i.HasSynced);

    /// <summary>The informer of a resource, not started if it is new.</summary>
    public Informer<T> For<T>(ResourceType<T> type, string? ns = null, InformerOptions? options = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(type);
        var effective = options ?? defaults ?? new();
        var key = (typeof(T), type.Gvr, ns, effective.LabelSelector, effective.FieldSelector);
        lock (_lock)
        {
            if (_informers.TryGetValue(key, out var existing))
                return (Informer<T>)existing;
            var informer = new Informer<T>(client.Resource(type, ns), effective);
            _informers.Add(key, informer);
            return informer;
        }
    }

    /// <summary>Starts all informers asked for so far.</summary>
    public void Start()
    {
        foreach (var informer in Informers)
            informer.Start();
    }

    /// <summary>Completes when all have synced.</summary>
    public Task WaitForSyncAsync(CancellationToken cancel = default) => Task.WhenAll(Informers.Select(i => i.WaitForSyncAsync(cancel)));

    public async ValueTask DisposeAsync()
    {
        foreach (var informer in Informers)
            await informer.DisposeAsync();
    }
}
