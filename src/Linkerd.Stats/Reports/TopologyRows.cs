namespace Linkerd.Stats.Reports;

/// <summary>Who calls whom.</summary>
/// <param name="Window">What the numbers are over.</param>
/// <param name="Nodes">Sorted by id.</param>
/// <param name="Edges">Sorted by source and destination.</param>
public sealed record Topology(TimeSpan Window, IReadOnlyList<TopologyNode> Nodes, IReadOnlyList<TopologyEdge> Edges);

/// <summary>A workload with what its proxies let in; of one without a proxy only its clients tell.</summary>
public sealed record TopologyNode(WorkloadId Id, bool Meshed, TrafficStats Inbound);

/// <summary>Calls from one workload to another, as the caller's proxies measured them.</summary>
/// <param name="Source">The caller.</param>
/// <param name="Destination">The called.</param>
/// <param name="Traffic">Responses.</param>
/// <param name="Connections">Open TCP connections.</param>
/// <param name="Secured">Whether all its connections are mutually authenticated.</param>
/// <param name="ClientId">Identity of the caller, <c>account.namespace</c>; empty when not secured.</param>
/// <param name="ServerId">Identity of the called, likewise.</param>
/// <param name="NoTlsReason">Why there is no TLS; empty when there is.</param>
public sealed record TopologyEdge(
    WorkloadId Source, WorkloadId Destination, TrafficStats Traffic, double Connections, bool Secured, string ClientId, string ServerId, string NoTlsReason);
