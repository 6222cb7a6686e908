namespace Linkerd.Viz.Web.Api.Models;

/// <summary>An installed extension.</summary>
internal sealed record ExtensionRow(string Name, string Namespace, string? Version, int ReadyPods, int Pods, string? Uri);
