using Linkerd.Stats;

namespace Linkerd.Viz.Web.Data;

/// <summary>A workload: namespace, kind in the singular (<c>deployment</c>), name.</summary>
internal readonly record struct WorkloadKey(string Namespace, string Kind, string Name) : IComparable<WorkloadKey>
{
    // The label of a kind in metrics, in the order in which owners stand above each other.
    private static readonly (string Kind, string Label)[] s_kinds =
    [
        ("deployment", "deployment"), ("statefulset", "statefulset"), ("daemonset", "daemonset"), ("cronjob", "cronjob"), ("job", "k8s_job"),
        ("replicaset", "replicaset"), ("replicationcontroller", "replicationcontroller"), ("pod", "pod"),
    ];

    /// <summary>The labels that say which workload a series is of, for <c>by (…)</c>; without the pod's.</summary>
    public static string Labels { get; } = "namespace, " + string.Join(", ", s_kinds.SkipLast(1).Select(static k => k.Label));

    /// <summary>The same for the destination of outbound traffic.</summary>
    public static string DestinationLabels { get; } = "dst_namespace, " + string.Join(", ", s_kinds.SkipLast(1).Select(static k => "dst_" + k.Label));

    /// <summary>Matchers of series whose pod belongs to no workload.</summary>
    public static string NoWorkload { get; } = string.Join(",", s_kinds.SkipLast(1).Select(static k => k.Label + "=\"\""));

    /// <summary><c>namespace/kind/name</c>.</summary>
    public string Id => $"{Namespace}/{Kind}/{Name}";

    /// <summary>The workload that labels name, default when they name none.</summary>
    /// <param name="labels">Labels of a series.</param>
    /// <param name="prefix">Empty, or <c>dst_</c>.</param>
    public static WorkloadKey Of(LabelSet labels, string prefix = "")
    {
        var ns = labels[prefix + "namespace"];
        if (ns.Length == 0)
            return default;
        foreach (var (kind, label) in s_kinds)
        {
            if (labels[prefix + label] is { Length: > 0 } name)
                return new WorkloadKey(ns, kind, name);
        }

        return default;
    }

    /// <summary>The label of a kind in metrics; null for kinds that own no pods.</summary>
    public static string? LabelOf(string kind) => Array.Find(s_kinds, k => k.Kind == kind).Label;

    /// <inheritdoc/>
    public int CompareTo(WorkloadKey other) =>
        string.CompareOrdinal(Namespace, other.Namespace) is not 0 and var a ? a
        : string.CompareOrdinal(Kind, other.Kind) is not 0 and var b ? b
        : string.CompareOrdinal(Name, other.Name);
}
