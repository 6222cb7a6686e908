namespace Linkerd.Viz.Web.Api.Models;

/// <summary>Several graphs, by metric.</summary>
internal sealed record SeriesSetAnswer(IReadOnlyDictionary<string, IReadOnlyList<IReadOnlyList<double?>>> Series);
