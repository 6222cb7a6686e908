namespace Linkerd.Viz.Web.Api.Models;

/// <summary>Who calls whom, as the client measured it.</summary>
internal sealed record TopologyEdge(string Src, string Dst, double? Rps, double? Success, double? P99, bool Secured, string ClientId, string ServerId, string NoTlsReason);
