namespace Linkerd.Viz.Web.Api.Models;

/// <summary>Who may call whom in a namespace, and what was denied.</summary>
internal sealed record AuthorizationAnswer(IReadOnlyList<AuthorizationRow> Rows, IReadOnlyList<PolicyRow> Policies);
