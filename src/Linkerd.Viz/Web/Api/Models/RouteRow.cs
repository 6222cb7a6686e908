namespace Linkerd.Viz.Web.Api.Models;

/// <summary>A route of a workload.</summary>
internal sealed record RouteRow(string Route, double? Success, double? Rps, double? P50, double? P95, double? P99);
