namespace Linkerd.Stats.Reports;

/// <summary>A share of a split.</summary>
/// <param name="Name">The backend: a Service's name, or an authority.</param>
/// <param name="Weight">As written, such as <c>900m</c> or <c>1</c>.</param>
public sealed record WeightedBackend(string Name, string Weight);
