namespace Linkerd.Kubernetes.Models;

/// <summary>A resource of the API.</summary>
public sealed record ApiResource
{
    /// <summary>Plural name; <c>pods/log</c> for a subresource.</summary>
    public string? Name { get; set; }

    public string? SingularName { get; set; }
    public bool Namespaced { get; set; }
    public string? Kind { get; set; }
    public IReadOnlyList<string>? Verbs { get; set; }
    public IReadOnlyList<string>? ShortNames { get; set; }
    public IReadOnlyList<string>? Categories { get; set; }
}
