namespace Linkerd.Kubernetes.Models;

/// <summary>A health check by HTTP GET.</summary>
public sealed record HttpGetAction
{
    /// <summary>Path, default <c>/</c>.</summary>
    public string? Path { get; set; }

    /// <summary>Number, or name of a port of the same container.</summary>
    public IntOrString? Port { get; set; }

    public string? Host { get; set; }
    public string? Scheme { get; set; }
    public IReadOnlyList<HttpHeader>? HttpHeaders { get; set; }
}
