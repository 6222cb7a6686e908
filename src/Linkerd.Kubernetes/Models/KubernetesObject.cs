namespace Linkerd.Kubernetes.Models;

/// <summary>
/// What every typed object has. Fields that this library does not model are dropped when an object is read, so change
/// objects of others by patch or through a dynamic resource; objects from an informer are shared and must not be changed.
/// </summary>
public abstract record KubernetesObject
{
    /// <summary>Group and version, for example <c>apps/v1</c>.</summary>
    public string? ApiVersion { get; set; }

    /// <summary>Kind, for example <c>Deployment</c>.</summary>
    public string? Kind { get; set; }

    /// <summary>Identity, version, labels and owners; never null.</summary>
    public ObjectMeta Metadata { get => field; set => field = value ?? new(); } = new();
}
