namespace Linkerd.Viz.Web.Api.Models;

/// <summary>The body of <c>POST /api/login</c>.</summary>
internal sealed record LoginRequest(string? User, string? Password);
