namespace Linkerd.Kubernetes;

/// <summary>Options of create, update and patch.</summary>
public sealed record WriteOptions
{
    /// <summary>Run admission and validation, store nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Name of the writer, kept in managed fields; required by <see cref="Patch.Apply"/>.</summary>
    public string? FieldManager { get; init; }

    /// <summary>Take over fields owned by other managers; server-side apply only.</summary>
    public bool Force { get; init; }

    internal QueryBuilder ToQuery()
    {
        var query = new QueryBuilder();
        query.Add("dryRun", DryRun ? "All" : null);
        query.Add("fieldManager", FieldManager);
        query.Add("force", Force);
        return query;
    }
}
