namespace Linkerd.Controller.Destination.Core;

/// <summary>A name in the cluster's domain: a Service, or one named instance of a headless Service.</summary>
/// <param name="Service">The Service.</param>
/// <param name="Instance">Host name of one of its pods, or null for the Service as a whole.</param>
public sealed record ServiceAuthority(ServiceName Service, string? Instance)
{
    /// <summary>Parses <c>svc.ns.svc.domain</c> or <c>instance.svc.ns.svc.domain</c>, a final dot allowed.</summary>
    /// <returns>Null when the name is not in the cluster's domain.</returns>
    public static ServiceAuthority? Parse(string host, string clusterDomain)
    {
        var name = host.EndsWith('.') ? host[..^1] : host;
        var suffix = ".svc." + clusterDomain;
        if (!name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            return null;
        var labels = name[..^suffix.Length].ToLowerInvariant().Split('.');
        if (labels.Length is < 2 or > 3 || Array.Exists(labels, static l => l.Length is 0 or > 63))
            return null;
        return labels.Length == 2
            ? new ServiceAuthority(new ServiceName(labels[1], labels[0]), null)
            : new ServiceAuthority(new ServiceName(labels[2], labels[1]), labels[0]);
    }
}
