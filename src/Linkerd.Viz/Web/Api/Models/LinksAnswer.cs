namespace Linkerd.Viz.Web.Api.Models;

/// <summary>Addresses of what stands beside the dashboard; null where there is none.</summary>
internal sealed record LinksAnswer(string? Grafana, string? Jaeger);
