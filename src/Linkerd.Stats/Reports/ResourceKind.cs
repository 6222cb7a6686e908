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
        new("server", "servers", "srv", "srv_name"),
        new("serverauthorization", "serverauthorizations", "saz", "authz_name"),
        new("authorizationpolicy", "authorizationpolicies", "ap", "authz_name"),
        new("httproute", "httproutes", "route", "route_name"),
        new("trafficsplit", "trafficsplits", "ts", "dst_service"),
    ];

    /// <summary>The kind that <paramref name="text"/> names, in any of its forms; null when there is none.</summary>
    public static ResourceKind? Find(string text)
    {
        var wanted = text.ToLowerInvariant();
        return All.FirstOrDefault(k => wanted == k.Name || wanted == k.Plural || wanted == k.Short);
    }

    /// <summary>Whether pods of the kind carry its name as a label. Services and authorities are only known to clients.</summary>
    public bool IsWorkload => OwnsPods;

    /// <summary>Whether an object of the kind has pods.</summary>
    public bool OwnsPods => Name is not ("service" or "authority" or "trafficsplit") && !IsPolicy;

    /// <summary>Whether it is a policy: known to the proxies that enforce it, by its name and kind.</summary>
    public bool IsPolicy => Name is "server" or "serverauthorization" or "authorizationpolicy" or "httproute";

    /// <summary>Kinds that hold workloads which nothing else controls, in the order in which a pod's labels are looked at.</summary>
    public static IReadOnlyList<ResourceKind> TopLevel { get; } =
        [.. ((string[])["deployment", "statefulset", "daemonset", "cronjob", "job", "replicationcontroller", "replicaset"]).Select(static n => Find(n)!)];

    /// <summary>The label of the kind on outbound metrics, for the destination.</summary>
    public string DestinationLabel => Name == "authority" ? "authority" : "dst_" + Label;
}
