namespace Linkerd.Kubernetes.Models;

/// <summary>What a Service selects and how it is reached.</summary>
public sealed record ServiceSpec
{
    /// <summary><c>ClusterIP</c> (default), <c>NodePort</c>, <c>LoadBalancer</c> or <c>ExternalName</c>.</summary>
    public string? Type { get; set; }

    /// <summary>Virtual address; <c>None</c> for a headless Service.</summary>
    public string? ClusterIP { get; set; }

    public IReadOnlyList<string>? ClusterIPs { get; set; }
    public IReadOnlyList<string>? ExternalIPs { get; set; }
    public string? ExternalName { get; set; }
    public IReadOnlyDictionary<string, string>? Selector { get; set; }
    public IReadOnlyList<ServicePort>? Ports { get; set; }
    public IReadOnlyList<string>? IpFamilies { get; set; }
    public string? IpFamilyPolicy { get; set; }
    public string? SessionAffinity { get; set; }

    /// <summary><c>Cluster</c> (default) or <c>Local</c>.</summary>
    public string? InternalTrafficPolicy { get; set; }

    public string? ExternalTrafficPolicy { get; set; }
    public bool? PublishNotReadyAddresses { get; set; }
}
