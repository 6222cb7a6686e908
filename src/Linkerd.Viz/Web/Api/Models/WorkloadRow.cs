namespace Linkerd.Viz.Web.Api.Models;

/// <summary>A workload in the overview.</summary>
internal sealed record WorkloadRow(string Namespace, string Kind, string Name, int MeshedPods, int RunningPods, int FailedPods, double? Success, double? Rps, double? P50, double? P95, double? P99, double? TcpConnections, double? ReadBytesRate, double? WriteBytesRate, SparkLines? Spark);
