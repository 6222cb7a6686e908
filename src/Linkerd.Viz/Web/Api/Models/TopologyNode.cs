namespace Linkerd.Viz.Web.Api.Models;

/// <summary>A workload in the graph.</summary>
internal sealed record TopologyNode(string Id, string Namespace, string Kind, string Name, bool Meshed, double? Success, double? Rps, double? P99);
