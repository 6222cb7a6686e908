namespace Linkerd.Viz.Web.Api.Models;

/// <summary>As in Linkerd's version message.</summary>
internal sealed record VersionRow(string ReleaseVersion, string GoVersion, string BuildDate);
