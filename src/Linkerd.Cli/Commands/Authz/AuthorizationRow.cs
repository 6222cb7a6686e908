namespace Linkerd.Cli.Commands.Authz;

/// <summary>A line of <c>linkerd authz</c>.</summary>
/// <param name="Route">Name of the route; <c>*</c> for all.</param>
/// <param name="Server">Name of the Server.</param>
/// <param name="AuthorizationPolicy">Name of the AuthorizationPolicy; <c>-</c> for none.</param>
/// <param name="ServerAuthorization">Name of the ServerAuthorization; <c>-</c> for none.</param>
public readonly record struct AuthorizationRow(string Route, string Server, string AuthorizationPolicy, string ServerAuthorization);
