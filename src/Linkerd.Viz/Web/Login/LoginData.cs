namespace Linkerd.Viz.Web.Login;

/// <summary>What the login Secret says.</summary>
/// <param name="Users">For login by password.</param>
/// <param name="Roles">For every login.</param>
/// <param name="ClientSecret">Of the OIDC client; empty for a public client.</param>
internal sealed record LoginData(UserTable Users, RoleTable Roles, string ClientSecret);
