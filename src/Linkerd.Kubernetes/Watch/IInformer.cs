namespace Linkerd.Kubernetes;

/// <summary>What informers of all types have in common.</summary>
public interface IInformer : IAsyncDisposable
{
    /// <summary>The followed resource, for messages.</summary>
    string Name { get; }

    /// <summary>Whether the first list is in the cache and every handler has heard of it.</summary>
    bool HasSynced { get; }

    /// <summary>Completes with the first <see cref="HasSynced"/>.</summary>
    Task WaitForSyncAsync(CancellationToken cancel = default);

    /// <summary>Begins to follow; handlers must have been added before. A second call does nothing.</summary>
    void Start();
}
