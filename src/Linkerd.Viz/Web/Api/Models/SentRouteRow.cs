namespace Linkerd.Viz.Web.Api.Models;

/// <summary>Requests of a workload by one route to a port of a Service. What it asked for, and in the fields of <c>Sent</c> each attempt, retries included.</summary>
internal sealed record SentRouteRow(
    string Resource, string Service, string Port, string Route, string Kind, double? Success, double? Rps, double? P50, double? P95, double? P99,
    double? Timeouts, double? Retries, double? SentSuccess, double? SentRps, IReadOnlyList<SentBackendRow> Backends);
