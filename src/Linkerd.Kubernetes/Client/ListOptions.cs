namespace Linkerd.Kubernetes;

/// <summary>What to list or watch.</summary>
public sealed record ListOptions
{
    /// <summary>Label selector in text form, see <see cref="Selectors"/>; null for all.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Field selector, for example <c>spec.nodeName=n1</c>; null for all.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Most items per page; null for no paging.</summary>
    public int? Limit { get; init; }

    /// <summary>Token of the page wanted.</summary>
    public string? Continue { get; init; }

    /// <summary>Version to list at or to watch from; null for the newest.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary><c>NotOlderThan</c> or <c>Exact</c>; null for the server's default.</summary>
    public string? ResourceVersionMatch { get; init; }

    /// <summary>Seconds after which the server ends a watch; null for its default (30 to 60 minutes).</summary>
    public int? TimeoutSeconds { get; init; }

    internal void AppendTo(QueryBuilder query)
    {
        query.Add("labelSelector", LabelSelector);
        query.Add("fieldSelector", FieldSelector);
        query.Add("limit", Limit);
        query.Add("continue", Continue);
        query.Add("resourceVersion", ResourceVersion);
        query.Add("resourceVersionMatch", ResourceVersionMatch);
        query.Add("timeoutSeconds", TimeoutSeconds);
    }
}
