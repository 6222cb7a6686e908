namespace Linkerd.Kubernetes.Models;

/// <summary>A page of objects of one kind.</summary>
public sealed record ResourceList<T>
    where T : class
{
    public string? ApiVersion { get; set; }
    public string? Kind { get; set; }

    /// <summary>Version of the list and the token of the next page; never null.</summary>
    public ListMeta Metadata { get => field; set => field = value ?? new(); } = new();

    /// <summary>The objects; never null.</summary>
    public IReadOnlyList<T> Items { get => field; set => field = value ?? []; } = [];
}
