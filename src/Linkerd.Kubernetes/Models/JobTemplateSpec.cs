namespace Linkerd.Kubernetes.Models;

/// <summary>The template of a CronJob's Jobs.</summary>
public sealed record JobTemplateSpec
{
    public ObjectMeta? Metadata { get; set; }
    public JobSpec? Spec { get; set; }
}
