namespace Linkerd.Viz.Web.Api.Models;

/// <summary>Requests under one authorization, or denied by a server.</summary>
internal sealed record AuthorizationRow(string Server, string Route, string Authorization, string Client, double? AllowedRps, double? DeniedRps, double? Success);
