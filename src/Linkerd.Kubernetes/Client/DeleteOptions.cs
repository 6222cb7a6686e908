namespace Linkerd.Kubernetes;

/// <summary>Options of delete.</summary>
public sealed record DeleteOptions
{
    /// <summary>Seconds for a graceful end; null for the object's own, 0 for at once.</summary>
    public int? GracePeriodSeconds { get; init; }

    /// <summary><c>Background</c> (mostly the default), <c>Foreground</c> or <c>Orphan</c>.</summary>
    public string? PropagationPolicy { get; init; }

    /// <summary>Check only.</summary>
    public bool DryRun { get; init; }

    internal QueryBuilder ToQuery()
    {
        var query = new QueryBuilder();
        query.Add("gracePeriodSeconds", GracePeriodSeconds);
        query.Add("propagationPolicy", PropagationPolicy);
        query.Add("dryRun", DryRun ? "All" : null);
        return query;
    }
}
