namespace Linkerd.Stats.Reports;

/// <summary>
/// A kind that statistics can be asked for: its names on the command line, and the label that carries it in the proxies' metrics.
/// </summary>
public sealed record ResourceKind(string Name, string Plural, string Short, string Label)
{
    /// <summary>All kinds, in the order in which <c>all</c> prints them.</summary>
    public static IReadOnlyList<ResourceKind> All { get; } =
    [
        new("cronjob", "cronjobs", "cj", "cronjob"),
        new("daemonset", "daemonsets", "ds", "daemonset"),
        new("deployment", "deployments", "deploy", "deployment"),
        new("namespace", "namespaces", "ns", "namespace"),
        new("job", "jobs", "job", "k8s_job"),
        new("pod", "pods", "po", "pod"),
        new("replicaset", "replicasets", "rs", "replicaset"),
        new("replicationcontroller", "replicationcontrollers", "rc", "replicationcontroller"),
        new("statefulset", "statefulsets", "sts", "statefulset"),
        new("authority", "authorities", "au", "authority"),
        new("service", "services", "svc", "service"),
    ];

    /// <summary>The kind that <paramref name="text"/> names, in any of its forms; null when there is none.</summary>
    public static ResourceKind? Find(string text)
    {
        var wanted = text.ToLowerInvariant();
        return All.FirstOrDefault(k => wanted == k.Name || wanted == k.Plural || wanted == k.Short);
    }

    /// <summary>Whether proxies of the kind report inbound traffic under its own label. Services and authorities are only known to clients.</summary>
    public bool IsWorkload => Name is not ("service" or "authority");

    /// <summary>The label of the kind on outbound metrics, for the destination.</summary>
    public string DestinationLabel => Name == "authority" ? "authority" : "dst_" + Label;
}
