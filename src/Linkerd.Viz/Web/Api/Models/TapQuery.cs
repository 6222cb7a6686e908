namespace Linkerd.Viz.Web.Api.Models;

/// <summary>The first message of the tap WebSocket.</summary>
internal sealed record TapQuery(string? Resource, string? Namespace, string? ToResource, string? ToNamespace, string? Method, string? Path, string? Authority, string? Scheme, float? MaxRps, bool? Extract);
