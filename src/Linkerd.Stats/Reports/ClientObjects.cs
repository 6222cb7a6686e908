using System.Text.Json.Nodes;
using Linkerd.Kubernetes;

namespace Linkerd.Stats.Reports;

/// <summary>Reads objects from the API server at each question.</summary>
public sealed class ClientObjects(KubernetesClient client) : IObjectLister
{
    private const int PageSize = 500;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<T>> ListAsync<T>(ResourceType<T> type, string? ns, string labelSelector, CancellationToken cancellationToken)
        where T : class
    {
        var found = new List<T>();
        var options = new ListOptions { LabelSelector = labelSelector.Length == 0 ? null : labelSelector, Limit = PageSize };
        await foreach (var item in client.Resource(type, ns).ListAllAsync(options, cancellationToken))
            found.Add(item);
        return found;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<JsonObject>> ListCustomAsync(CustomResource resource, string? ns, string labelSelector, CancellationToken cancellationToken)
    {
        foreach (var version in resource.Versions)
        {
            try
            {
                return await ListAsync(ResourceType.Dynamic(resource.In(version), resource.Kind, namespaced: true), ns, labelSelector, cancellationToken);
            }
            catch (KubernetesException e) when (e.IsNotFound)
            {
                // Not served in this version, or not at all.
            }
        }

        return [];
    }
}
