namespace Linkerd.Viz.Web.Api.Models;

/// <summary>The parts of Linkerd itself.</summary>
internal sealed record ControlPlaneAnswer(IReadOnlyList<ComponentRow> Components, DataPlaneRow DataPlane);
