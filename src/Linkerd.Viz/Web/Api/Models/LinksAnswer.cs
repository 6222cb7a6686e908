namespace Linkerd.Viz.Web.Api.Models;

/// <summary>Addresses of what stands beside the dashboard, null where there is none; and what the uids of the dashboards in Grafana begin with.</summary>
internal sealed record LinksAnswer(string? Grafana, string? Jaeger, string GrafanaPrefix = "");
