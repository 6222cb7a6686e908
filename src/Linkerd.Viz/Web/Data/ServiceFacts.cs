namespace Linkerd.Viz.Web.Data;

/// <summary>A Service.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Selector">Labels of its pods; empty selects none.</param>
internal sealed record ServiceFacts(string Namespace, string Name, IReadOnlyDictionary<string, string> Selector)
{
    /// <summary>Whether the pod is behind it.</summary>
    public bool Selects(PodFacts pod) =>
        pod.Namespace == Namespace && Selector.Count > 0 && Selector.All(s => pod.Labels.GetValueOrDefault(s.Key) == s.Value);
}
