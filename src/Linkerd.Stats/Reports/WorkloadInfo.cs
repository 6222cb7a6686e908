namespace Linkerd.Stats.Reports;

/// <summary>What the cluster knows of one resource: its pods by state, and the identity that its pods run as.</summary>
/// <param name="Kind">As in <see cref="ResourceKind.Name"/>.</param>
/// <param name="Namespace">Empty for namespaces.</param>
/// <param name="Name">The object's name.</param>
/// <param name="Status">For pods the phase or waiting reason, else null.</param>
/// <param name="Meshed">Running pods with the proxy; null for kinds that own no pods.</param>
/// <param name="Running">Running pods.</param>
/// <param name="ServiceAccount"><c>account.namespace</c> of its pods; empty when there are none.</param>
public sealed record WorkloadInfo(string Kind, string Namespace, string Name, string? Status, int? Meshed, int Running, string ServiceAccount)
{
    /// <summary>Pods that failed.</summary>
    public int Failed { get; init; }

    /// <summary>Whether another object controls this one, as a Deployment does its ReplicaSets.</summary>
    public bool Controlled { get; init; }

    /// <summary>Names of its pods.</summary>
    public IReadOnlyList<string> Pods { get; init; } = [];

    /// <summary>What keeps containers of its pods from running.</summary>
    public IReadOnlyList<PodError> Errors { get; init; } = [];

    /// <summary>For a Service with a TrafficSplit or overrides in its ServiceProfile: where its requests go.</summary>
    public IReadOnlyList<WeightedBackend> Backends { get; init; } = [];

    /// <summary>For a TrafficSplit: the Service whose requests it divides.</summary>
    public string Apex { get; init; } = "";
}
