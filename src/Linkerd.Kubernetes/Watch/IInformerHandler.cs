namespace Linkerd.Kubernetes;

/// <summary>
/// Hears of changes to an informer's cache, one call at a time, in order, on the informer's task. Calls must be short; what one
/// throws is reported to <see cref="InformerOptions.OnError"/> and the next object goes on. The cache already holds the new state.
/// </summary>
public interface IInformerHandler<in T>
    where T : class
{
    /// <summary>An object appeared.</summary>
    void OnAdded(T value);

    /// <summary>An object changed.</summary>
    void OnUpdated(T old, T value);

    /// <summary>An object is gone; <paramref name="value"/> is its last known state.</summary>
    void OnDeleted(T value);
}
