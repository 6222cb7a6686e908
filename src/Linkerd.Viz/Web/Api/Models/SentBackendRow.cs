namespace Linkerd.Viz.Web.Api.Models;

/// <summary>Attempts of a route that went to one backend; <c>Share</c> is its part of all of them, 0 to 1.</summary>
internal sealed record SentBackendRow(string Name, string Port, double? Share, double? Success, double? Rps, double? P50, double? P95, double? P99);
