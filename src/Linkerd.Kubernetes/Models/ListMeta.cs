namespace Linkerd.Kubernetes.Models;

/// <summary>Metadata of a list: the version a watch starts from and the token of the next page.</summary>
public sealed record ListMeta
{
    /// <summary>Version at which the list was taken.</summary>
    public string? ResourceVersion { get; set; }

    /// <summary>Token for the next page; null or empty on the last.</summary>
    public string? Continue { get; set; }

    /// <summary>Estimate of the items on later pages.</summary>
    public long? RemainingItemCount { get; set; }
}
