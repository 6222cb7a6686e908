namespace Linkerd.Viz.Web.Api.Models;

/// <summary>What <c>linkerd check</c> found.</summary>
internal sealed record CheckAnswer(bool Success, IReadOnlyList<CheckRow> Results);
