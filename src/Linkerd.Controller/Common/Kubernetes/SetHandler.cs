using Linkerd.Kubernetes;

namespace Linkerd.Controller.Common.Kubernetes;

/// <summary>Feeds an index that needs to hear only what is there now and what is gone.</summary>
internal sealed class SetHandler<T>(Action<T> set, Action<T> remove) : IInformerHandler<T>
    where T : class
{
    public void OnAdded(T value) => set(value);

    public void OnUpdated(T old, T value) => set(value);

    public void OnDeleted(T value) => remove(value);
}
