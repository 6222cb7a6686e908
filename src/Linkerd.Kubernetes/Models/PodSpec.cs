namespace Linkerd.Kubernetes.Models;

/// <summary>What a pod runs, and where.</summary>
public sealed record PodSpec
{
    public IReadOnlyList<Container>? Containers { get; set; }
    public IReadOnlyList<Container>? InitContainers { get; set; }
    public IReadOnlyList<Volume>? Volumes { get; set; }

    /// <summary>Node the pod is bound to; null while unscheduled.</summary>
    public string? NodeName { get; set; }

    public IReadOnlyDictionary<string, string>? NodeSelector { get; set; }
    public string? ServiceAccountName { get; set; }

    /// <summary>Deprecated alias of <see cref="ServiceAccountName"/>.</summary>
    public string? ServiceAccount { get; set; }

    public bool? AutomountServiceAccountToken { get; set; }

    /// <summary>True when the pod uses the node's addresses.</summary>
    public bool? HostNetwork { get; set; }

    public bool? HostPID { get; set; }
    public bool? ShareProcessNamespace { get; set; }
    public string? Hostname { get; set; }

    /// <summary>Name of the headless Service that publishes the pod's host name.</summary>
    public string? Subdomain { get; set; }

    public string? RestartPolicy { get; set; }
    public long? TerminationGracePeriodSeconds { get; set; }
    public long? ActiveDeadlineSeconds { get; set; }
    public string? DnsPolicy { get; set; }
    public bool? EnableServiceLinks { get; set; }
    public string? PriorityClassName { get; set; }
    public string? SchedulerName { get; set; }
    public IReadOnlyList<LocalObjectReference>? ImagePullSecrets { get; set; }
    public PodSecurityContext? SecurityContext { get; set; }
    public IReadOnlyList<Toleration>? Tolerations { get; set; }
    public IReadOnlyList<PodReadinessGate>? ReadinessGates { get; set; }
}
