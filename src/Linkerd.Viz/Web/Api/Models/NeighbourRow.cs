namespace Linkerd.Viz.Web.Api.Models;

/// <summary>An edge, and the workload at its other end.</summary>
internal sealed record NeighbourRow(string Src, string Dst, double? Rps, double? Success, double? P50, double? P95, double? P99, bool Secured, string ClientId, string ServerId, string NoTlsReason, PeerRow Peer);
