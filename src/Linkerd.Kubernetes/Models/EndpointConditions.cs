namespace Linkerd.Kubernetes.Models;

/// <summary>Conditions of an endpoint; a null value counts as its default.</summary>
public sealed record EndpointConditions
{
    /// <summary>Null counts as ready.</summary>
    public bool? Ready { get; set; }

    public bool? Serving { get; set; }
    public bool? Terminating { get; set; }
}
