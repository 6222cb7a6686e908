namespace Linkerd.Viz.Web.Api.Models;

/// <summary>A graph: pairs of Unix milliseconds and a value or null.</summary>
internal sealed record SeriesAnswer(IReadOnlyList<IReadOnlyList<double?>> Points);
