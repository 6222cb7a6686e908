namespace Linkerd.Viz.Web.Api.Models;

/// <summary>A workload of the control plane or an extension.</summary>
internal sealed record ComponentRow(string Name, string Namespace, int Ready, int Replicas, string Version, IReadOnlyList<ComponentPodRow> Pods);
