namespace Linkerd.Kubernetes.Models;

/// <summary>The addresses behind a Service, older form.</summary>
public sealed record Endpoints : KubernetesObject
{
    public IReadOnlyList<EndpointSubset>? Subsets { get; set; }
}
