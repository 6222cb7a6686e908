namespace Linkerd.Viz.Web.Api.Models;

/// <summary>The version of this build.</summary>
internal sealed record VersionAnswer(VersionRow Version);
