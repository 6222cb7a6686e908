namespace Linkerd.Kubernetes.Models;

/// <summary>What a ReplicationController wants.</summary>
public sealed record ReplicationControllerSpec
{
    public int? Replicas { get; set; }
    public int? MinReadySeconds { get; set; }
    public IReadOnlyDictionary<string, string>? Selector { get; set; }
    public PodTemplateSpec? Template { get; set; }
}
