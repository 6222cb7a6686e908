namespace Linkerd.Kubernetes.Models;

/// <summary>Linux capabilities added to and dropped from a container.</summary>
public sealed record Capabilities
{
    public IReadOnlyList<string>? Add { get; set; }
    public IReadOnlyList<string>? Drop { get; set; }
}
