namespace Linkerd.Viz.Web.Api.Models;

/// <summary>The page of one workload.</summary>
internal sealed record WorkloadAnswer(WorkloadRow Summary, IReadOnlyList<NeighbourRow> Inbound, IReadOnlyList<NeighbourRow> Outbound, IReadOnlyList<PodRow> Pods, IReadOnlyList<RouteRow> Routes, IReadOnlyList<SentRouteRow> Sent, TcpRow Tcp, IReadOnlyList<PolicyRow> Policies, IReadOnlyList<TopologyEdge> Edges);
