namespace Linkerd.Viz.Web.Api.Models;

/// <summary>A pod, as ListPods of Linkerd tells of it.</summary>
internal sealed record PodInfoRow(string Name, string Namespace, string PodIP, string Owner, string Status, bool Added, bool ControlPlane, double? Uptime, bool ProxyReady, string ProxyVersion);
