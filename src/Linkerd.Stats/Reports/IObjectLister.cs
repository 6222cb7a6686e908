using System.Text.Json.Nodes;
using Linkerd.Kubernetes;

namespace Linkerd.Stats.Reports;

/// <summary>Reads the cluster's objects: from the API server for a command, from caches in a server.</summary>
public interface IObjectLister
{
    /// <summary>The objects of a resource in a namespace, or (null) in all, that a label selector in kubectl's syntax selects; empty selects all.</summary>
    /// <exception cref="KubernetesException">The API server could not be asked.</exception>
    Task<IReadOnlyList<T>> ListAsync<T>(ResourceType<T> type, string? ns, string labelSelector, CancellationToken cancellationToken)
        where T : class;

    /// <summary>The objects of a custom resource, likewise; none when the cluster does not know it.</summary>
    Task<IReadOnlyList<JsonObject>> ListCustomAsync(CustomResource resource, string? ns, string labelSelector, CancellationToken cancellationToken);
}
