namespace Linkerd.Viz.Web.Api.Models;

/// <summary>A namespace in the overview; latencies in milliseconds, null without traffic.</summary>
internal sealed record NamespaceRow(string Name, int MeshedPods, int RunningPods, double? Success, double? Rps, double? P50, double? P95, double? P99);
