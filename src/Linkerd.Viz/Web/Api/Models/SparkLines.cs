namespace Linkerd.Viz.Web.Api.Models;

/// <summary>The last ten minutes in 20 points, oldest first; null where there is no data.</summary>
internal sealed record SparkLines(IReadOnlyList<double?> Success, IReadOnlyList<double?> Rps, IReadOnlyList<double?> P99);
