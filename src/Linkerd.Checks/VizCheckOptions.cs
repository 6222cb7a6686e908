using Linkerd.Kubernetes;

namespace Linkerd.Checks;

/// <summary>What checking the viz extension needs.</summary>
public sealed record VizCheckOptions
{
    /// <summary>Its namespace; null finds the one labelled <c>linkerd.io/extension=viz</c>.</summary>
    public string? Namespace { get; init; }

    /// <summary>Connects to metrics-api in a namespace.</summary>
    /// <remarks>Throws <see cref="CheckException"/> when it cannot.</remarks>
    public required Func<KubernetesClient, string, CancellationToken, Task<IVizProbe>> Connect { get; init; }

    /// <summary>Whether the extension is the one that clusters of <c>linkerd local</c> come with: no metrics-api, no Prometheus, no chart. Default false.</summary>
    public bool IsBuiltIn { get; init; }
}
