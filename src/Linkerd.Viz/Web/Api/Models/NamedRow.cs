namespace Linkerd.Viz.Web.Api.Models;

/// <summary>A service.</summary>
internal sealed record NamedRow(string Name, string Namespace);
