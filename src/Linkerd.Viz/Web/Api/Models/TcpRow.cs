namespace Linkerd.Viz.Web.Api.Models;

/// <summary>Connections of a workload.</summary>
internal sealed record TcpRow(double? Connections, double? ReadBytesRate, double? WriteBytesRate);
