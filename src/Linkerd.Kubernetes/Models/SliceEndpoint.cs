namespace Linkerd.Kubernetes.Models;

/// <summary>One endpoint of a slice.</summary>
public sealed record SliceEndpoint
{
    public IReadOnlyList<string>? Addresses { get; set; }
    public EndpointConditions? Conditions { get; set; }
    public string? Hostname { get; set; }
    public ObjectReference? TargetRef { get; set; }
    public string? NodeName { get; set; }
    public string? Zone { get; set; }
    public EndpointHints? Hints { get; set; }

    /// <summary>v1beta1 only: <c>kubernetes.io/hostname</c> and the zone, where v1 has <see cref="NodeName"/> and <see cref="Zone"/>.</summary>
    public IReadOnlyDictionary<string, string>? Topology { get; set; }
}
