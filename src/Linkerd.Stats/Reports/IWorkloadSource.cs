namespace Linkerd.Stats.Reports;

/// <summary>Lists the resources that statistics are attached to.</summary>
public interface IWorkloadSource
{
    /// <summary>The objects that <paramref name="resource"/> names and <paramref name="labelSelector"/> selects.</summary>
    Task<IReadOnlyList<WorkloadInfo>> ListAsync(ResourceRef resource, string labelSelector, CancellationToken cancellationToken);
}
