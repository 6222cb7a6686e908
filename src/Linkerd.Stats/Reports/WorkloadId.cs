namespace Linkerd.Stats.Reports;

/// <summary>A workload: namespace, kind as in <see cref="ResourceKind.Name"/>, and name.</summary>
public readonly record struct WorkloadId(string Namespace, string Kind, string Name)
{
    /// <summary><c>namespace/kind/name</c>.</summary>
    public override string ToString() => $"{Namespace}/{Kind}/{Name}";
}
