namespace Linkerd.Viz.Web.Api.Models;

/// <summary>One line of it.</summary>
internal sealed record CheckRow(string Category, string Description, string? Hint, string? Error, bool Warning);
