namespace Linkerd.Viz.Web.Api.Models;

/// <summary>What workloads send, by route and backend.</summary>
internal sealed record OutboundAnswer(IReadOnlyList<SentRouteRow> Rows);
