using System.Text.Json.Nodes;
using Linkerd.Inject.Reports;
using Linkerd.Inject.Values;

namespace Linkerd.Inject;

/// <summary>Everything that one injection depends on.</summary>
public sealed record InjectionRequest
{
    /// <summary>The resource as it was sent. It is never changed.</summary>
    public required JsonObject Resource { get; init; }

    /// <summary>Values of the mesh.</summary>
    public required InjectValues Values { get; init; }

    /// <summary>Namespace of the control plane. Default linkerd.</summary>
    public string ControlPlaneNamespace { get; init; } = "linkerd";

    /// <summary>Who asks.</summary>
    public InjectOrigin Origin { get; init; } = InjectOrigin.Webhook;

    /// <summary>Kind, where the resource itself does not say it, as in admission requests; null takes the resource's.</summary>
    public string? Kind { get; init; }

    /// <summary>Namespace, where the resource itself does not say it.</summary>
    public string? Namespace { get; init; }

    /// <summary>Annotations of the namespace.</summary>
    public IReadOnlyDictionary<string, string> NamespaceAnnotations { get; init; } = new Dictionary<string, string>();

    /// <summary>The workload that owns a pod, by its kind (<c>Deployment</c>, any case) and name.</summary>
    public (string Kind, string Name)? Owner { get; init; }

    /// <summary>Version of the API server; unknown counts as one without native sidecars.</summary>
    public KubernetesVersion? ServerVersion { get; init; }

    /// <summary>Annotations that the caller adds to the pod template, configuration included.</summary>
    public IReadOnlyDictionary<string, string> AddedAnnotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Value of <c>linkerd.io/created-by</c>; null writes none.</summary>
    public string? CreatedBy { get; init; }
}
