namespace Linkerd.Viz.Web.Api.Models;

/// <summary>The workload at the other end of an edge.</summary>
internal sealed record PeerRow(string Namespace, string Kind, string Name, bool Meshed, double? Success, double? Rps, double? P50, double? P95, double? P99);
