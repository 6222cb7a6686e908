namespace Linkerd.Viz.Web.Api.Models;

/// <summary>The graph.</summary>
internal sealed record TopologyAnswer(IReadOnlyList<TopologyNode> Nodes, IReadOnlyList<TopologyEdge> Edges);
