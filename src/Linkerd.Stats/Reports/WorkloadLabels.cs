namespace Linkerd.Stats.Reports;

/// <summary>Which workload a series belongs to: of the labels of all kinds a pod carries one.</summary>
internal static class WorkloadLabels
{
    /// <summary>The labels of the proxy's own workload.</summary>
    public static string[] Own { get; } = ["namespace", .. ResourceKind.TopLevel.Select(static k => k.Label)];

    /// <summary>The labels of the workload that an outbound request went to.</summary>
    public static string[] Destination { get; } = ["dst_namespace", .. ResourceKind.TopLevel.Select(static k => k.DestinationLabel)];

    /// <summary>The workload of a row; null when no label names one.</summary>
    public static WorkloadId? OwnerOf(LabelSet labels) => Find(labels, labels["namespace"], static k => k.Label);

    /// <summary>The destination of a row; null when no label names one.</summary>
    public static WorkloadId? DestinationOf(LabelSet labels) => Find(labels, labels["dst_namespace"], static k => k.DestinationLabel);

    private static WorkloadId? Find(LabelSet labels, string ns, Func<ResourceKind, string> label)
    {
        foreach (var kind in ResourceKind.TopLevel)
        {
            if (labels[label(kind)] is { Length: > 0 } name)
                return new WorkloadId(ns, kind.Name, name);
        }

        return null;
    }
}
