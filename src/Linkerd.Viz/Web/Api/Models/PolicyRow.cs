namespace Linkerd.Viz.Web.Api.Models;

/// <summary>A resource that applies to a workload.</summary>
internal sealed record PolicyRow(string Kind, string Name, string Namespace, string Summary, string Yaml);
