using Linkerd.Kubernetes;

namespace Linkerd.Local.Controllers;

/// <summary>An informer handler for those to whom every change is the same.</summary>
internal sealed class ChangeHandler<T>(Action<T> changed) : IInformerHandler<T>
    where T : class
{
    public void OnAdded(T value) => changed(value);

    public void OnUpdated(T old, T value) => changed(value);

    public void OnDeleted(T value) => changed(value);
}
