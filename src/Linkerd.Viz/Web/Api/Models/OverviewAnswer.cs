namespace Linkerd.Viz.Web.Api.Models;

/// <summary>All namespaces and workloads.</summary>
internal sealed record OverviewAnswer(long Time, string Window, IReadOnlyList<NamespaceRow> Namespaces, IReadOnlyList<WorkloadRow> Workloads);
