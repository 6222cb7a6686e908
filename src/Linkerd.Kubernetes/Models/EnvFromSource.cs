namespace Linkerd.Kubernetes.Models;

/// <summary>A ConfigMap or Secret whose keys become environment variables.</summary>
public sealed record EnvFromSource
{
    public string? Prefix { get; set; }
    public OptionalReference? ConfigMapRef { get; set; }
    public OptionalReference? SecretRef { get; set; }
}
