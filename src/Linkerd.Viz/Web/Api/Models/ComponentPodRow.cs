namespace Linkerd.Viz.Web.Api.Models;

/// <summary>A pod of a component; uptime in seconds.</summary>
internal sealed record ComponentPodRow(string Name, string Status, bool Ready, int Restarts, double? Uptime, string Version, string Node);
