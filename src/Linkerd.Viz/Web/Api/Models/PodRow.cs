namespace Linkerd.Viz.Web.Api.Models;

/// <summary>A pod of a workload.</summary>
internal sealed record PodRow(string Name, string Status, bool Meshed, string Node, string Ip, bool Ready, int Restarts, double? Uptime, string ProxyVersion, double? Success, double? Rps, double? P99, string? Error);
