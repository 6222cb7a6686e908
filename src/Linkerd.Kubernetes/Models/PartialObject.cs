namespace Linkerd.Kubernetes.Models;

/// <summary>The metadata of an object of any kind.</summary>
public sealed record PartialObject : KubernetesObject;
