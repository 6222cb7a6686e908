namespace Linkerd.Viz.Web.Data;

/// <summary>The cluster's objects at one moment.</summary>
/// <param name="Namespaces">Names, sorted, with the labels.</param>
/// <param name="Workloads">All workloads, those without pods included, each with its pods.</param>
/// <param name="Services">All services.</param>
internal sealed record ClusterFacts(
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Namespaces,
    IReadOnlyDictionary<WorkloadKey, IReadOnlyList<PodFacts>> Workloads,
    IReadOnlyList<ServiceFacts> Services)
{
    /// <summary>Nothing.</summary>
    public static ClusterFacts Empty { get; } =
        new(new Dictionary<string, IReadOnlyDictionary<string, string>>(), new Dictionary<WorkloadKey, IReadOnlyList<PodFacts>>(), []);

    /// <summary>All pods.</summary>
    public IEnumerable<PodFacts> Pods => Workloads.Values.SelectMany(static p => p);
}
