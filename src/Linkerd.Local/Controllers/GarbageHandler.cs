using Linkerd.Kubernetes;

namespace Linkerd.Local.Controllers;

/// <summary>An informer handler that tells presence from absence.</summary>
internal sealed class GarbageHandler(Action<Workload> present, Action<Workload> gone) : IInformerHandler<Workload>
{
    public void OnAdded(Workload value) => present(value);

    public void OnUpdated(Workload old, Workload value)
    {
        if (old.Metadata.Uid != value.Metadata.Uid)
            gone(old);
        present(value);
    }

    public void OnDeleted(Workload value) => gone(value);
}
