namespace Linkerd.Kubernetes.Models;

/// <summary>What the token is for.</summary>
public sealed record TokenRequestSpec
{
    public IReadOnlyList<string>? Audiences { get; set; }
    public long? ExpirationSeconds { get; set; }
    public ObjectReference? BoundObjectRef { get; set; }
}
