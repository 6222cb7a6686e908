using Linkerd.Kubernetes.Models;
using Linkerd.Model;

namespace Linkerd.Controller.Policy.Core;

/// <summary>A Server: ports of pods or of external workloads, what they speak and what they let in by themselves.</summary>
internal sealed record PolicyServer : IPolicyResource
{
    public required ResourceName Name { get; init; }

    public DateTimeOffset Created { get; init; }

    /// <summary>Labels of the Server itself, by which ServerAuthorizations may select it.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Selects pods; null when it selects external workloads.</summary>
    public LabelSelector? PodSelector { get; init; }

    /// <summary>Selects external workloads; null when it selects pods.</summary>
    public LabelSelector? ExternalWorkloadSelector { get; init; }

    /// <summary>Number, or name of a container port.</summary>
    public required IntOrString Port { get; init; }

    public ServerProtocol Protocol { get; init; }

    /// <summary>Name of a default policy; <c>deny</c> unless the resource says otherwise.</summary>
    public string AccessPolicy { get; init; } = DefaultPolicy.Deny;
}
