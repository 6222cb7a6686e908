namespace Linkerd.Viz.Web.Api.Models;

/// <summary>Who is logged in, and how one logs in.</summary>
internal sealed record SessionAnswer(string Login, string? User, IReadOnlyList<string> Roles, string Csrf, string? Locale, LinksAnswer Links, string ClusterDomain);
