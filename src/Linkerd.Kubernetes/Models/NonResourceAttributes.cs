namespace Linkerd.Kubernetes.Models;

/// <summary>An action on a path.</summary>
public sealed record NonResourceAttributes
{
    public string? Path { get; set; }
    public string? Verb { get; set; }
}
